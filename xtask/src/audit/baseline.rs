//! What was accepted: findings that are not reported again until a date, each with a reason.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Iso8601;
use time::{Date, Duration, OffsetDateTime};

use super::finding::AuditFinding;
use super::matrix::{AuditReport, Suppressed};
use super::rules;
use crate::failure::Failure;

/// The file of accepted findings that is read when none is named, in the top folder of the workspace.
pub const FILE: &str = "policy-audit.json";

/// How long the entries of a new file hold.
const LASTS: Duration = Duration::days(90);

/// Accepted findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    /// The accepted findings.
    pub suppressions: Vec<Suppression>,
    #[serde(skip)]
    file: PathBuf,
}

/// An accepted finding. One that names no action or resource is any with the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// The rule, such as `WB02`.
    pub rule: String,
    /// The stack.
    pub stack: String,
    /// The logical id of the resource.
    pub resource: String,
    /// The action, `-` for a finding about none, or any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// What the action is allowed on, `-` for a finding about none, or anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is, such as `2027-01-31`.
    pub expires: String,
}

impl Default for Baseline {
    fn default() -> Self {
        Self { version: 1, suppressions: Vec::new(), file: PathBuf::from(FILE) }
    }
}

impl Baseline {
    /// Reads `file`, which must be there; or [`FILE`] below `root`, if it is.
    ///
    /// # Errors
    /// When the file cannot be read or is no baseline.
    pub fn read(root: &Path, file: Option<&Path>) -> anyhow::Result<Self> {
        let path = file.map_or_else(|| root.join(FILE), Path::to_path_buf);
        let shown = file.unwrap_or_else(|| Path::new(FILE)).to_path_buf();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                return Err(Failure::new(format!("`{}` cannot be read: {error}", shown.display())).into());
            }
        };
        let baseline: Self = serde_json::from_str(&text).map_err(|error| {
            Failure::new(format!("`{}` is no list of suppressions: {error}", shown.display())).help(EXAMPLE)
        })?;
        if baseline.version != 1 {
            let message = format!("`{}` is of version {}, expected 1", shown.display(), baseline.version);
            return Err(Failure::new(message).into());
        }
        Ok(Self { file: shown, ..baseline })
    }

    /// The same, with entries that would accept `findings` for 90 days from `today` on, without reasons: those are to be
    /// written.
    #[must_use]
    pub fn and(mut self, findings: &[AuditFinding], today: Date) -> Self {
        let expires = shown(today.saturating_add(LASTS));
        let more = findings.iter().filter(|finding| !finding.rule.id.starts_with("SU")).map(|finding| Suppression {
            rule: finding.rule.id.to_owned(),
            stack: finding.stack.clone(),
            resource: finding.resource.clone(),
            action: Some(finding.action.clone().unwrap_or_else(none)),
            on: Some(finding.on.clone().unwrap_or_else(none)),
            reason: String::new(),
            expires: expires.clone(),
        });
        self.suppressions.extend(more);
        self.suppressions.dedup();
        self
    }

    /// Moves the findings that are accepted on `today` out of the report's way, and adds what is wrong with entries.
    ///
    /// Entries of stacks that `is_audited` does not have are left alone.
    pub fn apply(&self, report: &mut AuditReport, today: Date, is_audited: impl Fn(&str) -> bool) {
        let mut used = vec![false; self.suppressions.len()];
        let mut open = Vec::new();
        for finding in std::mem::take(&mut report.findings) {
            let accepted = self.suppressions.iter().enumerate().filter(|(_, it)| it.is_of(&finding));
            let mut accepted = accepted.inspect(|(index, _)| used[*index] = true);
            match accepted.find(|(_, it)| it.holds(today)) {
                Some((_, suppression)) => report.suppressed.push(Suppressed {
                    finding,
                    reason: suppression.reason.clone(),
                    expires: suppression.expires.clone(),
                }),
                None => open.push(finding),
            }
        }
        report.findings = open;
        let entries = self.suppressions.iter().zip(used).filter(|(it, _)| is_audited(&it.stack));
        report.findings.extend(entries.filter_map(|(suppression, used)| self.problem(suppression, used, today)));
        report.findings.sort_by(|one, other| one.order().cmp(&other.order()));
    }

    /// What is wrong with an entry.
    fn problem(&self, suppression: &Suppression, is_used: bool, today: Date) -> Option<AuditFinding> {
        let Suppression { rule: id, expires, .. } = suppression;
        let (rule, message) = if !rules::all().any(|rule| rule.id == id) {
            (&rules::SUPPRESSION_OF_NO_RULE, format!("there is no rule `{id}`, which is suppressed"))
        } else if suppression.reason.trim().is_empty() {
            (&rules::SUPPRESSION_WITHOUT_REASON, format!("`{id}` is suppressed without a reason"))
        } else if date(expires).is_none() {
            let message = format!("the suppression of `{id}` ends on `{expires}`, expected a day such as `2027-01-31`");
            (&rules::SUPPRESSION_EXPIRED, message)
        } else if !suppression.holds(today) {
            (&rules::SUPPRESSION_EXPIRED, format!("the suppression of `{id}` ended on {expires}"))
        } else if !is_used {
            (&rules::SUPPRESSION_UNUSED, format!("`{id}` is suppressed and not found"))
        } else {
            return None;
        };
        let finding = AuditFinding::new(rule, &suppression.stack, &suppression.resource, message)
            .at(Some(self.file.display()))
            .evidence(format!("an entry of `{}`", self.file.display()));
        Some(AuditFinding { action: suppression.action.clone(), on: suppression.on.clone(), ..finding })
    }

    /// The file's text.
    ///
    /// # Errors
    /// Never, since all of it is text.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

impl Suppression {
    fn is_of(&self, finding: &AuditFinding) -> bool {
        let same = |wanted: &Option<String>, found: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| *wanted == found.clone().unwrap_or_else(none))
        };
        self.rule == finding.rule.id
            && self.stack == finding.stack
            && self.resource == finding.resource
            && same(&self.action, &finding.action)
            && same(&self.on, &finding.on)
    }

    /// Whether it accepts anything on `today`: without a reason or a date it does not.
    fn holds(&self, today: Date) -> bool {
        !self.reason.trim().is_empty() && date(&self.expires).is_some_and(|last| today <= last)
    }
}

const EXAMPLE: &str = r#"an entry is {"rule": "WB02", "stack": "orders", "resource": "ProcessorRole", "action": "s3:GetObject", "on": "*", "reason": "...", "expires": "2027-01-31"}"#;

/// What stands for no action or resource, as in fingerprints.
fn none() -> String {
    "-".to_owned()
}

/// The day it is.
#[must_use]
pub fn today() -> Date {
    OffsetDateTime::now_utc().date()
}

fn date(text: &str) -> Option<Date> {
    Date::parse(text, &Iso8601::DATE).ok()
}

fn shown(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}
