//! The audit of what others wrote: templates and policies in files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use infra::expression::display;
use infra::iam::Unread;
use infra::template::{Note, NoteKind, Written};
use policies::audit::{Kind, Policy, audit};
use serde_json::Value as Json;

use super::audited::{Audited, located};
use super::finding::AuditFinding;
use super::{rules, template, wiring};
use crate::failure::Failure;
use crate::ui;

/// What is found in the template in `file`, and in those of its nested stacks that are files beside it.
///
/// # Errors
/// When the file cannot be read or is no template.
pub fn template(file: &Path) -> anyhow::Result<Vec<AuditFinding>> {
    let mut findings = Vec::new();
    let mut read = BTreeSet::new();
    let mut open = vec![file.to_owned()];
    while let Some(file) = open.pop() {
        if read.insert(file.clone()) {
            findings.extend(one_template(&file, &mut open)?);
        }
    }
    Ok(findings)
}

/// What is found in the template in `file` alone; the files of its nested stacks are added to `nested`.
fn one_template(file: &Path, nested: &mut Vec<PathBuf>) -> anyhow::Result<Vec<AuditFinding>> {
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
    for (id, property) in written.template.section("Resources").filter_map(|(id, it)| Some((id, nested_template(it)?)))
    {
        match beside(file, property) {
            Some(found) => nested.push(found),
            None => findings.push(template::not_read(
                &Unread {
                    resource: id.to_owned(),
                    pointer: String::new(),
                    what: format!(
                        "the template of the nested stack, `{}`, is no file beside this one",
                        display(property)
                    ),
                },
                &audited,
            )),
        }
    }
    findings.extend(written.notes.iter().map(|note| noted(note, &name)));
    Ok(findings)
}

/// Where the template of a resource is that is a nested stack.
fn nested_template(resource: &Json) -> Option<&Json> {
    let property = match resource.get("Type")?.as_str()? {
        "AWS::CloudFormation::Stack" => "TemplateURL",
        "AWS::Serverless::Application" => "Location",
        _ => return None,
    };
    resource.get("Properties")?.get(property)
}

/// The file that a template names from its own folder, when there is one.
fn beside(file: &Path, location: &Json) -> Option<PathBuf> {
    let location = location.as_str().filter(|it| !it.contains("://"))?;
    Some(file.parent()?.join(location).components().collect::<PathBuf>()).filter(|found| found.is_file())
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
