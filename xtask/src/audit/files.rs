//! The audit of what others wrote: templates and policies in files.

use std::fs;
use std::path::Path;

use infra::template::{Note, NoteKind, Written};
use policies::audit::{Kind, Policy, audit};

use super::audited::{Audited, located};
use super::finding::AuditFinding;
use super::{rules, template, wiring};
use crate::failure::Failure;
use crate::ui;

/// What is found in the template in `file`.
///
/// # Errors
/// When the file cannot be read or is no template.
pub fn template(file: &Path) -> anyhow::Result<Vec<AuditFinding>> {
    let name = file.display().to_string();
    let written = Written::parse(&read(file)?)
        .map_err(|error| Failure::new(format!("`{name}`: {error}")).help("a template is YAML or JSON"))?;
    if written.template.section("Resources").next().is_none() {
        let failure = Failure::new(format!("`{name}` is no template: it has no `Resources`"));
        return Err(failure.help("`--policy FILE` audits a policy by itself").into());
    }
    let policies: usize = infra::iam::subjects(&written.template).iter().map(|subject| subject.policies.len()).sum();
    ui::say(format!("{name}: {policies} {} read", if policies == 1 { "policy" } else { "policies" }));
    let audited = Audited::file(&written, &name);
    let mut findings = template::findings(&audited);
    findings.extend(wiring::findings(&audited));
    findings.extend(written.notes.iter().map(|note| noted(note, &name)));
    Ok(findings)
}

/// What CloudFormation reads otherwise than it looks.
fn noted(note: &Note, file: &str) -> AuditFinding {
    let line = note.mark.line;
    let (rule, message) = match &note.kind {
        NoteKind::Twice(name) => {
            (&rules::TWICE, format!("`{name}` is there twice: CloudFormation takes the one on line {line}"))
        }
        NoteKind::Octal(text, read) => (
            &rules::OCTAL,
            format!("`{text}` on line {line} is {read} to CloudFormation: a zero before it means the base of eight"),
        ),
        NoteKind::Alias => (&rules::UNREADABLE_YAML, format!("CloudFormation does not read the alias on line {line}")),
        NoteKind::MergeKey => {
            (&rules::UNREADABLE_YAML, format!("CloudFormation does not read the merge key `<<` on line {line}"))
        }
        NoteKind::ByteOrderMark => (&rules::BYTE_ORDER_MARK, "the text begins with a byte order mark".to_owned()),
    };
    let resource = note.pointer.strip_prefix("/Resources/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    AuditFinding::new(rule, file, resource, message)
        .evidence(format!("written at `{}`", note.pointer))
        .at(Some(located(file, Some(note.mark))))
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
    let written = Written::parse(&text).unwrap_or_default();
    let finding = |it: policies::audit::Finding| {
        let fix = it.help.unwrap_or_else(|| it.rule.fix.to_owned());
        let place = located(&name, written.mark(&it.pointer));
        let way = if it.pointer.is_empty() { String::new() } else { format!(", written at `{}`", it.pointer) };
        let finding = AuditFinding::new(it.rule, &name, kind.name(), it.message)
            .evidence(format!("read as a policy of the kind `{}`{way}", kind.name()))
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
