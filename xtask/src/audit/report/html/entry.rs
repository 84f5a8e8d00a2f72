//! Findings as the page lists them.

use policies::audit::Severity;
use serde::Serialize;

use super::super::super::finding::AuditFinding;
use super::super::super::matrix::{FunctionRights, Suppressed};
use super::super::tally;

/// A finding.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    id: &'static str,
    severity: Severity,
    stack: String,
    resource: String,
    /// That of the right that it is about; empty when it is about none.
    verdict: &'static str,
    location: Option<String>,
    message: Vec<Part>,
    evidence: Vec<Part>,
    fix: Vec<Part>,
}

/// A finding that somebody accepted.
#[derive(Debug, Serialize)]
pub(super) struct Accepted {
    finding: Entry,
    reason: Vec<Part>,
    expires: String,
}

/// A piece of a text: what stands between backticks is code.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Part {
    is_code: bool,
    text: String,
}

/// A finding, with what is known of the right that it is about.
pub(super) fn entry(finding: &AuditFinding, functions: &[FunctionRights]) -> Entry {
    let of_function = functions.iter().filter(|it| it.stack == finding.stack && it.resource == finding.resource);
    let is_about = |action: &str, resource: &str| {
        finding.action.as_deref() == Some(action) && finding.on.as_deref() == Some(resource)
    };
    let right = of_function.flat_map(|it| &it.rights).find(|it| is_about(&it.action, &it.resource));
    Entry {
        id: finding.rule.id,
        severity: finding.rule.severity,
        stack: finding.stack.clone(),
        resource: finding.resource.clone(),
        verdict: right.map_or("", |right| right.verdict.name()),
        location: finding.location.clone(),
        message: parts(&finding.message),
        evidence: parts(&tally::evidence(finding)),
        fix: parts(&finding.fix),
    }
}

/// A finding that somebody accepted, with the reason.
pub(super) fn accepted(suppressed: &Suppressed, functions: &[FunctionRights]) -> Accepted {
    Accepted {
        finding: entry(&suppressed.finding, functions),
        reason: parts(&suppressed.reason),
        expires: suppressed.expires.clone(),
    }
}

/// A text in its pieces. A text with a backtick too many is left as it is.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let pieces: Vec<_> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return vec![Part { is_code: false, text: text.to_owned() }];
    }
    let part = |(index, text): (usize, &&str)| Part { is_code: index % 2 == 1, text: (*text).to_owned() };
    pieces.iter().enumerate().map(part).filter(|part| !part.text.is_empty()).collect()
}
