//! The audit of what others wrote: templates and policies in files.

use std::fs;
use std::path::Path;

use infra::Template;
use policies::audit::{Kind, Policy, audit};

use super::audited::Audited;
use super::finding::AuditFinding;
use super::{template, wiring};
use crate::failure::Failure;
use crate::ui;

/// What is found in the template in `file`.
///
/// # Errors
/// When the file cannot be read or is no template.
pub fn template(file: &Path) -> anyhow::Result<Vec<AuditFinding>> {
    let name = file.display().to_string();
    let template = Template::parse(&read(file)?)
        .map_err(|error| Failure::new(format!("`{name}`: {error}")).help("a template is YAML or JSON"))?;
    if template.section("Resources").next().is_none() {
        let failure = Failure::new(format!("`{name}` is no template: it has no `Resources`"));
        return Err(failure.help("`--policy FILE` audits a policy by itself").into());
    }
    let policies: usize = infra::iam::subjects(&template).iter().map(|subject| subject.policies.len()).sum();
    ui::say(format!("{name}: {policies} {} read", if policies == 1 { "policy" } else { "policies" }));
    let audited = Audited::file(&template, &name);
    let mut findings = template::findings(&audited);
    findings.extend(wiring::findings(&audited));
    Ok(findings)
}

/// What is found in the policy in `file`, which is attached to what `kind` says, or to what its content tells.
///
/// # Errors
/// When the file cannot be read. A text that is no policy is a finding.
pub fn policy(file: &Path, kind: Option<Kind>) -> anyhow::Result<Vec<AuditFinding>> {
    let name = file.display().to_string();
    let text = read(file)?;
    let kind = kind.unwrap_or_else(|| Kind::likely(&text));
    let found = audit(&[Policy::read(kind, &text)]);
    let finding = |it: policies::audit::Finding| {
        let fix = it.help.unwrap_or_else(|| it.rule.fix.to_owned());
        let place = if it.pointer.is_empty() { name.clone() } else { format!("{name}#{}", it.pointer) };
        let finding = AuditFinding::new(it.rule, &name, kind.name(), it.message)
            .evidence(format!("read as a policy of the kind `{}`", kind.name()))
            .at(Some(place))
            .fix(fix);
        AuditFinding { action: it.action, on: it.resource, ..finding }
    };
    Ok(found.into_iter().map(finding).collect())
}

/// The text in `file`.
///
/// # Errors
/// When it cannot be read or is no text.
pub fn read(file: &Path) -> anyhow::Result<String> {
    let name = file.display();
    let bytes = fs::read(file).map_err(|error| Failure::new(format!("`{name}` cannot be read: {error}")))?;
    String::from_utf8(bytes).map_err(|_| Failure::new(format!("`{name}` is no text, expected UTF-8")).into())
}
