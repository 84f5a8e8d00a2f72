//! The audit of what others wrote: templates, plans, accounts and policies in files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use infra::expression::display;
use infra::iam::Unread;
use infra::template::{Note, NoteKind, ParseError, Written};
use policies::audit::{Kind, Policy, audit};
use serde_json::Value as Json;

use super::audited::{Audited, located};
use super::finding::AuditFinding;
use super::matrix::{AuditReport, AuditedFile, Content};
use super::{rules, template, wiring};
use crate::failure::Failure;

/// Reads files, each once.
#[derive(Debug, Default)]
pub struct Files {
    /// What is found in them.
    pub report: AuditReport,
    read: BTreeSet<PathBuf>,
}

impl Files {
    /// Audits the template in `file`, and those of its nested stacks that are files beside it.
    ///
    /// # Errors
    /// When the file cannot be read or is no template.
    pub fn template(&mut self, file: &Path) -> anyhow::Result<()> {
        self.template_of(file, &read(file)?)
    }

    pub(super) fn template_of(&mut self, file: &Path, text: &str) -> anyhow::Result<()> {
        let mut open = Vec::new();
        self.one_template(file, text, &mut open)?;
        while let Some(file) = open.pop() {
            let text = read(&file)?;
            self.one_template(&file, &text, &mut open)?;
        }
        Ok(())
    }

    /// Audits the template in `file` alone; the files of its nested stacks are added to `nested`.
    fn one_template(&mut self, file: &Path, text: &str, nested: &mut Vec<PathBuf>) -> anyhow::Result<()> {
        if !self.is_new(file) {
            return Ok(());
        }
        let name = file.display().to_string();
        let written = translate::template(text)
            .map_err(|error| Failure::new(format!("`{name}`: {error}")).help("a template is YAML or JSON"))?;
        if written.template.section("Resources").next().is_none() {
            let failure = Failure::new(format!("`{name}` is no template: it has no `Resources`"));
            return Err(failure.help("`--policy FILE` audits a policy by itself").into());
        }
        let audited = Audited::file(&written, &name);
        self.judge(&audited, Content::Template);
        let mut findings = wiring::findings(&audited);
        for (id, (pointer, location)) in
            written.template.section("Resources").filter_map(|(id, it)| Some((id, nested_template(it)?)))
        {
            match beside(file, location) {
                Some(found) => nested.push(found),
                None => findings.push(template::not_read(
                    &Unread {
                        resource: id.to_owned(),
                        pointer: pointer.to_owned(),
                        what: format!(
                            "the template of the nested stack, `{}`, is no file beside this one",
                            display(location)
                        ),
                    },
                    &audited,
                )),
            }
        }
        findings.extend(written.notes.iter().map(|note| noted(note, &name)));
        self.report.findings.extend(findings);
        Ok(())
    }

    /// Audits what another tool wrote, which `read` makes a template of.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn translated(
        &mut self,
        file: &Path,
        text: &str,
        content: Content,
        read: fn(&str) -> Result<Written, ParseError>,
    ) -> anyhow::Result<()> {
        if !self.is_new(file) {
            return Ok(());
        }
        let name = file.display().to_string();
        let written = read(text).map_err(|error| Failure::new(format!("`{name}`: {error}")))?;
        self.judge(&Audited::file(&written, &name), content);
        Ok(())
    }

    fn judge(&mut self, audited: &Audited<'_>, content: Content) {
        let (mut findings, policies) = template::judged(audited);
        if content == Content::AuthorizationDetails {
            findings.retain(|it| !rules::is_about_length(it.rule));
        }
        self.report.files.push(AuditedFile { file: audited.name.to_owned(), content, policies });
        self.report.findings.extend(findings);
    }

    /// Audits the policy in `file`, which is attached to what `kind` says, or to what its content tells.
    ///
    /// # Errors
    /// When the file cannot be read. A text that is no policy is a finding.
    pub fn policy(&mut self, file: &Path, kind: Option<Kind>) -> anyhow::Result<()> {
        let text = read(file)?;
        let kind = kind.unwrap_or_else(|| Kind::likely(&text));
        self.policy_at(file, &text, "", &Policy::read(kind, &text));
        Ok(())
    }

    /// Audits the policy at `base` of the text in `file`.
    pub(super) fn policy_at(&mut self, file: &Path, text: &str, base: &str, policy: &Policy) {
        if !self.is_new(file) {
            return;
        }
        let name = file.display().to_string();
        let kind = policy.kind.name();
        let written = translate::template(text).unwrap_or_default();
        let finding = |it: policies::audit::Finding| {
            let fix = it.help.unwrap_or_else(|| it.rule.fix.to_owned());
            let pointer = format!("{base}{}", it.pointer);
            let place = located(&name, written.mark(&pointer));
            let way = if pointer.is_empty() { String::new() } else { format!(", written at `{pointer}`") };
            let finding = AuditFinding::new(it.rule, &name, kind, it.message)
                .evidence(format!("read as a policy of the kind `{kind}`{way}"))
                .at(Some(place))
                .fix(fix);
            AuditFinding { action: it.action, on: it.resource, policy: Some(base.to_owned()), ..finding }
        };
        // What is within something else was printed by AWS.
        let found = audit(std::slice::from_ref(policy)).into_iter();
        let found = found.filter(|it| base.is_empty() || !rules::is_about_length(it.rule));
        self.report.findings.extend(found.map(finding));
        let policies = usize::from(policy.unreadable.is_none());
        self.report.files.push(AuditedFile { file: name.clone(), content: Content::Policy, policies });
    }

    /// Says that a file is not audited.
    pub(super) fn unreadable(&mut self, file: &Path, why: &str) {
        let name = file.display().to_string();
        let finding = AuditFinding::new(&rules::UNREADABLE_FILE, &name, "", format!("{why}, so it is not audited"))
            .evidence("read in the folder")
            .at(Some(format!("{name}:1:1")));
        self.report.findings.push(finding);
    }

    /// Whether a file or folder is seen for the first time.
    pub(super) fn is_new(&mut self, file: &Path) -> bool {
        self.read.insert(fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()))
    }
}

/// Where the template of a resource is that is a nested stack, and which part of the resource says so.
fn nested_template(resource: &Json) -> Option<(&'static str, &Json)> {
    let property = match resource.get("Type")?.as_str()? {
        "AWS::CloudFormation::Stack" => "TemplateURL",
        "AWS::Serverless::Application" => "Location",
        _ => return None,
    };
    // The CDK uploads the template, and says which file that is.
    let asset = resource.get("Metadata").and_then(|it| it.get("aws:asset:path"));
    asset.map(|it| ("/Metadata", it)).or_else(|| Some(("/Properties", resource.get("Properties")?.get(property)?)))
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

/// The text in `file`.
///
/// # Errors
/// When it cannot be read or is no text.
pub fn read(file: &Path) -> anyhow::Result<String> {
    let name = file.display();
    let bytes = fs::read(file).map_err(|error| Failure::new(format!("`{name}` cannot be read: {error}")))?;
    String::from_utf8(bytes).map_err(|_| Failure::new(format!("`{name}` is no text, expected UTF-8")).into())
}
