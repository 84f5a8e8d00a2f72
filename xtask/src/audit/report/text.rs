//! The audit on a terminal: what each function may do, then what is wrong.

use std::fmt::Write as _;

use anstyle::Style;
use policies::audit::Severity;

use super::super::finding::AuditFinding;
use super::super::matrix::{AuditReport, FunctionRights, Right, Source, Suppressed, Verdict};
use super::Basis;
use super::tally::{by_stack, summary, word};
use crate::ui::{CAUTION, DANGER, GOOD, STRONG};

/// The report with colours, each line ended.
#[must_use]
pub fn render(report: &AuditReport, basis: &Basis) -> String {
    let mut text = String::new();
    if let Some(change) = &report.change {
        let _ = writeln!(text, "{STRONG}what became possible since {}{STRONG:#}\n", change.against);
    }
    for (stack, functions) in by_stack(&report.functions) {
        let _ = writeln!(text, "{STRONG}{stack}{STRONG:#}");
        for it in functions {
            function(&mut text, it);
        }
        text.push('\n');
    }
    // What a program calls in all is not what is asked for, when it is compared.
    for audited in report.programs.iter().filter(|_| report.change.is_none()) {
        super::program::render(&mut text, audited);
    }
    for finding in &report.findings {
        let _ = writeln!(text, "{}\n", finding_text(finding));
    }
    for suppressed in &report.suppressed {
        let _ = writeln!(text, "{}\n", suppressed_text(suppressed));
    }
    if let Some(lost) = report.change.as_ref().map(|it| &it.lost).filter(|it| !it.is_empty()) {
        let _ = writeln!(text, "{STRONG}no longer possible{STRONG:#}");
        for it in lost {
            let on = it.on.as_ref().map(|on| format!(" on {on}")).unwrap_or_default();
            let _ = writeln!(text, "  {} {}{on}", it.resource, it.action);
        }
        text.push('\n');
    }
    let style = summary_style(report);
    let _ = writeln!(text, "{style}{}{style:#}", summary(report));
    if let Some(catalogue) = &basis.catalogue {
        let _ = writeln!(text, "judged by the catalogue of actions {} of {}", catalogue.version, catalogue.date);
    }
    text
}

/// A finding as the command line shows it, in its colour.
#[must_use]
pub fn finding_text(finding: &AuditFinding) -> String {
    let style = severity_style(finding.rule.severity);
    let head = format!("{}[{}]", finding.rule.severity, finding.rule.id);
    let text = finding.to_string();
    let rest = text.strip_prefix(&head).unwrap_or(&text);
    format!("{style}{head}{style:#}{rest}")
}

/// What a severity looks like.
pub(super) const fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error | Severity::Critical | Severity::High => DANGER,
        Severity::Medium | Severity::Low | Severity::Note => CAUTION,
    }
}

fn suppressed_text(suppressed: &Suppressed) -> String {
    let Suppressed { finding, reason, expires } = suppressed;
    let mut text = format!("suppressed {}[{}]: {}", finding.rule.severity, finding.rule.id, finding.message);
    if let Some(location) = &finding.location {
        let _ = write!(text, "\n  --> {location}");
    }
    let _ = write!(text, "\n  reason: {reason}\n  until: {expires}");
    text
}

fn summary_style(report: &AuditReport) -> Style {
    let has = |verdict| report.functions.iter().flat_map(|it| &it.rights).any(|it| it.verdict == verdict);
    if !report.findings.is_empty() || has(Verdict::Missing) {
        DANGER
    } else if Verdict::ALL.into_iter().any(|verdict| verdict != Verdict::Exact && has(verdict)) {
        CAUTION
    } else {
        GOOD
    }
}

const fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Exact => GOOD,
        Verdict::Missing => DANGER,
        Verdict::Unused | Verdict::TooBroad => CAUTION,
        Verdict::Unknown => CAUTION.bold().invert(),
    }
}

/// Writes a function and its rights, a line each; the resource stands in the first of its lines only.
fn function(text: &mut String, function: &FunctionRights) {
    let _ = write!(text, "  {} runs `{}`", function.resource, function.program);
    if let Some(location) = &function.location {
        let _ = write!(text, ", declared at {location}");
    }
    text.push('\n');
    if function.rights.is_empty() {
        text.push_str("    allowed nothing, and needs nothing\n");
    }
    let widest =
        |part: fn(&Right) -> &str| function.rights.iter().map(|it| part(it).chars().count()).max().unwrap_or(0);
    let resource_width = widest(|it| &it.resource);
    let action_width = widest(|it| &it.action);
    let verdict_width = widest(|it| word(it.verdict));
    let mut rights: Vec<_> = function.rights.iter().collect();
    rights.sort();
    rights.sort_by(|one, other| one.resource.cmp(&other.resource));
    let mut before = None;
    for right in rights {
        let resource = if before == Some(&right.resource) { "" } else { &right.resource };
        let style = verdict_style(right.verdict);
        let verdict = word(right.verdict);
        let gap = " ".repeat(verdict_width - verdict.chars().count());
        let line = format!(
            "    {resource:resource_width$}  {:action_width$}  {style}{verdict}{style:#}{gap}  {}",
            right.action,
            known(right)
        );
        let _ = writeln!(text, "{}", line.trim_end());
        if let Some(condition) = &right.condition {
            let _ = writeln!(text, "    {:resource_width$}  if {condition}", "");
        }
        before = Some(&right.resource);
    }
}

/// The strongest that is known of a right, and how much more there is.
fn known(right: &Right) -> String {
    let strongest = right.evidence.iter().max_by_key(|it| it.source);
    // What is declared is in the line already: the action on the resource.
    let more = right.evidence.iter().filter(|it| it.source != Source::Declared).count().saturating_sub(1);
    match strongest {
        None => String::new(),
        Some(evidence) if more == 0 => format!("{}: {}", evidence.source.name(), evidence.text),
        Some(evidence) => format!("{}: {} (and {more} more)", evidence.source.name(), evidence.text),
    }
}
