//! What a rule found.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use super::rule::Rule;
use crate::unknown;

/// How bad a finding is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// AWS refuses it, or it cannot mean what it says.
    Error,
    /// It opens what must stay closed.
    Critical,
    /// A program is allowed too much or too little.
    High,
    /// It is wider than it needs to be written.
    Medium,
    /// It is worth tidying up.
    Low,
    /// Nearly everybody has it: it is told only when asked for.
    Note,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 6] = [Self::Error, Self::Critical, Self::High, Self::Medium, Self::Low, Self::Note];

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a rule found in one place of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Which of the policies, from 0.
    pub policy: usize,
    /// Where in the policy: a [JSON pointer](https://www.rfc-editor.org/rfc/rfc6901) such as `/Statement/0/Action`.
    pub pointer: String,
    /// What is wrong: lowercase, without a final period.
    pub message: String,
    /// The action it is about, when it is about one.
    pub action: Option<String>,
    /// The resource or principal it is about, when it is about one.
    pub resource: Option<String>,
    /// What to do, when that is more than the rule's own advice.
    pub help: Option<String>,
}

impl Finding {
    /// What it is about.
    pub fn about(&mut self, action: impl Into<String>) -> &mut Self {
        self.action = Some(action.into());
        self
    }

    /// On which resource, or by which principal.
    pub fn on(&mut self, resource: impl Into<String>) -> &mut Self {
        self.resource = Some(resource.into());
        self
    }

    /// What to do in this case.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Names what is not known yet, where the texts of the policy have a variable for it.
    pub(super) fn name_unknown(&mut self) {
        let texts = [Some(&mut self.message), self.action.as_mut(), self.resource.as_mut(), self.help.as_mut()];
        for text in texts.into_iter().flatten() {
            if let Cow::Owned(named) = unknown::named(text) {
                *text = named;
            }
        }
    }

    pub(super) fn key(&self) -> (usize, &str, &str, &str) {
        (self.policy, &self.pointer, self.rule.id, &self.message)
    }
}
