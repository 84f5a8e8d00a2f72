//! How many there are of what.

use std::collections::BTreeSet;

use policies::audit::{Rule, Severity};

use super::super::finding::AuditFinding;
use super::super::matrix::{AuditReport, Content, FunctionRights, Verdict};

/// The audit in a line, such as `5 stacks, 17 functions, 61 rights: 61 exact; no finding`.
#[must_use]
pub fn summary(report: &AuditReport) -> String {
    if report.functions.is_empty() {
        return if report.files.is_empty() { found(report) } else { format!("{}; {}", files(report), found(report)) };
    }
    let stacks: BTreeSet<_> = report.functions.iter().map(|function| &function.stack).collect();
    let of_each = verdicts(&report.functions);
    let total = of_each.iter().map(|(_, count)| count).sum();
    let audited = [(stacks.len(), "stack"), (report.functions.len(), "function"), (total, "right")];
    let audited = audited.map(|(count, word)| counted(count, word)).join(", ");
    let verdicts: Vec<_> = of_each.iter().map(|(verdict, count)| format!("{count} {}", word(*verdict))).collect();
    let colon = if verdicts.is_empty() { "" } else { ": " };
    format!("{audited}{colon}{}; {}", verdicts.join(", "), found(report))
}

/// The files that were audited, such as `3 templates, 1 policy: 14 policies read`.
pub(super) fn files(report: &AuditReport) -> String {
    let count = |content| report.files.iter().filter(|it| it.content == content).count();
    let kinds =
        Content::ALL.into_iter().map(|content| (count(content), content.name())).filter(|(count, _)| *count > 0);
    let kinds = kinds.map(|(count, name)| counted(count, name)).collect::<Vec<_>>().join(", ");
    let policies = report.files.iter().map(|it| it.policies).sum();
    format!("{kinds}: {} read", counted(policies, "policy"))
}

/// What was found, such as `2 findings: 1 critical, 1 high; 1 suppressed`.
pub(super) fn found(report: &AuditReport) -> String {
    let findings = match report.findings.len() {
        0 => "no finding".to_owned(),
        count => {
            format!("{}: {}", counted(count, "finding"), listed(&severities(report.findings.iter().map(|it| it.rule))))
        }
    };
    match report.suppressed.len() {
        0 => findings,
        count => format!("{findings}; {count} suppressed"),
    }
}

/// The evidence of a finding, with how many more have the same cause.
pub(super) fn evidence(finding: &AuditFinding) -> String {
    match finding.also.len() {
        0 => finding.evidence.clone(),
        count => format!("{}; {count} more in the same policy", finding.evidence),
    }
}

/// How many rights have each verdict, for those that any has.
pub(super) fn verdicts(functions: &[FunctionRights]) -> Vec<(Verdict, usize)> {
    let count = |verdict| functions.iter().flat_map(|it| &it.rights).filter(|it| it.verdict == verdict).count();
    Verdict::ALL.into_iter().map(|verdict| (verdict, count(verdict))).filter(|(_, count)| *count > 0).collect()
}

/// How many of the rules, or of the rules that were broken, have each severity, for those that any has.
pub(super) fn severities<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<(Severity, usize)> {
    let all: Vec<_> = rules.map(|rule| rule.severity).collect();
    let count = |severity| all.iter().filter(|it| **it == severity).count();
    Severity::ALL.into_iter().map(|severity| (severity, count(severity))).filter(|(_, count)| *count > 0).collect()
}

/// Numbers of rules or findings by severity, such as `1 critical, 1 high`.
pub(super) fn listed(severities: &[(Severity, usize)]) -> String {
    severities.iter().map(|(severity, count)| format!("{count} {severity}")).collect::<Vec<_>>().join(", ")
}

/// A verdict as people read it: only the good one is said quietly.
pub(super) const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Exact => "exact",
        Verdict::Missing => "MISSING",
        Verdict::Unused => "UNUSED",
        Verdict::TooBroad => "TOO BROAD",
        Verdict::Unknown => "UNKNOWN",
    }
}

/// A number of things.
pub(super) fn counted(count: usize, word: &str) -> String {
    match word.strip_suffix('y').filter(|_| count != 1) {
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {word}{}", if count == 1 { "" } else { "s" }),
    }
}

/// The functions by stack, in their order.
pub(super) fn by_stack(functions: &[FunctionRights]) -> Vec<(&str, Vec<&FunctionRights>)> {
    let mut stacks: Vec<(&str, Vec<&FunctionRights>)> = Vec::new();
    for function in functions {
        match stacks.iter_mut().find(|(stack, _)| *stack == function.stack) {
            Some((_, functions)) => functions.push(function),
            None => stacks.push((&function.stack, vec![function])),
        }
    }
    stacks
}
