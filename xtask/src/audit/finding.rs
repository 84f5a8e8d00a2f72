//! What the audit found, as people and programs read it.

use std::collections::BTreeSet;
use std::fmt;

pub use policies::audit::{Rule, Severity};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// As many places are shown of those with the same cause.
const SHOWN: usize = 5;

/// A finding of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFinding {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// The stack, as typed on the command line, or the file.
    pub stack: String,
    /// The logical id of the resource.
    pub resource: String,
    /// What is wrong.
    pub message: String,
    /// Where it is declared: the stack's file, line and column, or the place in the file that was read.
    pub location: Option<String>,
    /// How it is known.
    pub evidence: String,
    /// What to do about it.
    pub fix: String,
    /// The action it is about, when it is about one.
    pub action: Option<String>,
    /// The resource or principal that the action is allowed on or to, when it is about one.
    pub on: Option<String>,
    /// The change of a binding that mends it, when one does.
    pub change: Option<Change>,
    /// The way to the policy that it is in, when it is in one.
    pub policy: Option<String>,
    /// What the same rule finds in the same policy for the same reason.
    pub also: Vec<Also>,
}

/// Something else with the same cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Also {
    /// What is wrong.
    pub message: String,
    /// Where it is.
    pub location: Option<String>,
    /// The action it is about, when it is about one.
    pub action: Option<String>,
    /// The resource or principal that the action is allowed on or to, when it is about one.
    pub on: Option<String>,
}

/// A change of a line of source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The file, relative to the workspace.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What is there.
    pub before: String,
    /// What is there afterwards; nothing when the line goes.
    pub after: Option<String>,
}

impl AuditFinding {
    /// A finding of `rule` about the resource `resource` of `stack`, with the rule's own advice.
    pub fn new(rule: &'static Rule, stack: &str, resource: impl fmt::Display, message: impl Into<String>) -> Self {
        Self {
            rule,
            stack: stack.to_owned(),
            resource: resource.to_string(),
            message: message.into(),
            location: None,
            evidence: "declared in the stack".to_owned(),
            fix: rule.fix.to_owned(),
            action: None,
            on: None,
            change: None,
            policy: None,
            also: Vec::new(),
        }
    }

    /// The same finding with its place.
    #[must_use]
    pub fn at(mut self, location: Option<impl fmt::Display>) -> Self {
        self.location = location.map(|it| it.to_string());
        self
    }

    /// The same finding with how it is known.
    #[must_use]
    pub fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = evidence.into();
        self
    }

    /// The same finding with advice of its own.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// The same finding, about an action.
    #[must_use]
    pub fn about(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// The same finding, about an action on a resource or by a principal.
    #[must_use]
    pub fn on(mut self, on: impl Into<String>) -> Self {
        self.on = Some(on.into());
        self
    }

    /// What tells it from other findings, from one run to the next: rule, resource, action and what it is allowed on.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let parts = [Some(self.rule.id), Some(&self.stack), Some(&self.resource)];
        let optional = [self.action.as_deref(), self.on.as_deref()];
        parts.into_iter().chain(optional).map(|part| part.unwrap_or("-")).collect::<Vec<_>>().join(" ")
    }

    /// What it is sorted by: the worst first, then by stack, resource, rule and message.
    #[must_use]
    pub fn order(&self) -> (Severity, &str, &str, &str, &str) {
        (self.rule.severity, &self.stack, &self.resource, self.rule.id, &self.message)
    }
}

/// Version 1 of its JSON form has these members, in this order.
impl Serialize for AuditFinding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("AuditFinding", 12)?;
        finding.serialize_field("id", self.rule.id)?;
        finding.serialize_field("severity", &self.rule.severity)?;
        finding.serialize_field("stack", &self.stack)?;
        finding.serialize_field("resource", &self.resource)?;
        finding.serialize_field("message", &self.message)?;
        finding.serialize_field("location", &self.location)?;
        finding.serialize_field("evidence", &self.evidence)?;
        finding.serialize_field("fix", &self.fix)?;
        finding.serialize_field("action", &self.action)?;
        finding.serialize_field("on", &self.on)?;
        finding.serialize_field("fingerprint", &self.fingerprint())?;
        finding.serialize_field("also", &self.also)?;
        finding.end()
    }
}

/// It prints as the command line shows it, except for colour.
impl fmt::Display for AuditFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.rule.severity, self.rule.id, self.message)?;
        if let Some(location) = &self.location {
            write!(f, "\n  --> {location}")?;
        }
        if let Some((first, rest)) = self.also.split_first() {
            let more = rest.iter().take(SHOWN - 1).filter_map(|it| it.location.as_deref());
            let places: BTreeSet<_> = first.location.as_deref().into_iter().chain(more).collect();
            let places = places.into_iter().collect::<Vec<_>>().join(", ");
            let rest = if self.also.len() > SHOWN { ", ..." } else { "" };
            write!(f, "\n  and {} more in the same policy: {places}{rest}", self.also.len())?;
        }
        write!(f, "\n  evidence: {}\n  help: {}", self.evidence, self.fix)
    }
}
