//! What a check found, with its place in the source.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::location::Location;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// AWS accepts it, and it is likely not what was meant.
    Warning,
    /// AWS refuses it, or the system cannot work.
    Error,
}

/// A problem in a stack.
///
/// It prints as the command line shows it, except for colour:
///
/// ```text
/// error[unknown-index]: `Counts` binds index `by-modle`, which `Sightings` does not define
///   --> stacks/src/spaceships.rs:45:22
///   help: did you mean `by-model`?
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's stable name, such as `unknown-index`.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, where, and what was expected: lowercase, without a final period.
    pub message: String,
    /// Where the source declares what is wrong.
    pub location: Option<Location>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    /// An error of the rule `rule`.
    pub fn error(rule: &str, message: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), severity: Severity::Error, message: message.into(), location: None, help: None }
    }

    /// A warning of the rule `rule`.
    pub fn warning(rule: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, message) }
    }

    /// The same finding with its place.
    #[must_use]
    pub fn at(mut self, location: impl Into<Location>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// The same finding with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.rule, self.message)?;
        if let Some(location) = &self.location {
            write!(f, "\n  --> {location}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}
