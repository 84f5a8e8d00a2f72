//! What the audit found, as people and programs read it.

use std::fmt;

use serde::Serialize;

/// How bad a finding is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// AWS refuses it.
    Error,
    /// It opens what must stay closed.
    Critical,
    /// The program is allowed too much or too little.
    High,
    /// It is wider than it needs to be written.
    Medium,
    /// It is worth tidying up.
    Low,
}

/// A finding of the audit; version 1 of its JSON form has these fields, in this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AuditFinding {
    /// The stable id of its rule, such as `LP01`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The stack, as typed on the command line.
    pub stack: String,
    /// The logical id of the function.
    pub resource: String,
    /// What is wrong.
    pub message: String,
    /// Where the stack declares the function: file, line and column.
    pub location: Option<String>,
    /// How it is known.
    pub evidence: String,
    /// What to do about it.
    pub fix: String,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        })
    }
}

impl fmt::Display for AuditFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.id, self.message)?;
        if let Some(location) = &self.location {
            write!(f, "\n  --> {location}")?;
        }
        write!(f, "\n  evidence: {}\n  help: {}", self.evidence, self.fix)
    }
}
