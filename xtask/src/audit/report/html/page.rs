//! What the page shows, in the order in which it shows it.

use policies::audit::{Rule, Severity};
use serde::Serialize;

use super::super::super::matrix::{AuditReport, Verdict};
use super::super::families::subject;
use super::super::rules::{by_family, rules_of};
use super::super::tally::{by_stack, counted, files, found, severities, verdicts};
use super::super::{Basis, Catalogue};
use super::entry::{self, Accepted, Entry, Part, parts};
use super::grid::{self, Grid, Mark, mark};

/// Everything that the template names.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    headline: Headline,
    found: String,
    severities: Vec<Count>,
    catalogue: Option<Catalogue>,
    grids: Vec<Grid>,
    /// The stacks and files that anything is said about, to choose from.
    subjects: Vec<String>,
    /// The severities that any finding has, suppressed or not.
    choices: Vec<Severity>,
    marks: Vec<Mark>,
    findings: Vec<Entry>,
    suppressed: Vec<Accepted>,
    families: Vec<Family>,
    rule_count: usize,
}

/// How much is as it should be.
#[derive(Debug, Serialize)]
struct Headline {
    word: &'static str,
    tone: &'static str,
    fraction: String,
    audited: String,
    bar: Vec<Segment>,
}

/// A part of the bar under the headline, in thousandths of its length.
#[derive(Debug, Serialize)]
struct Segment {
    mark: Mark,
    count: usize,
    from: usize,
    length: usize,
}

/// How many findings have a severity.
#[derive(Debug, Serialize)]
struct Count {
    severity: Severity,
    count: usize,
}

/// The rules of a family.
#[derive(Debug, Serialize)]
struct Family {
    letters: &'static str,
    subject: &'static str,
    count: String,
    rules: Vec<Explained>,
}

/// A rule.
#[derive(Debug, Serialize)]
struct Explained {
    id: &'static str,
    severity: Severity,
    title: Vec<Part>,
    fix: Vec<Part>,
    also_known_as: &'static [&'static str],
}

/// The page of a report.
pub(super) fn page(report: &AuditReport, basis: &Basis) -> Page {
    let rules = rules_of(report, basis);
    let every = report.findings.iter().chain(report.suppressed.iter().map(|it| &it.finding));
    let counts = severities(report.findings.iter().map(|it| it.rule));
    Page {
        headline: headline(report),
        found: found(report),
        severities: counts.into_iter().map(|(severity, count)| Count { severity, count }).collect(),
        catalogue: basis.catalogue.clone(),
        grids: by_stack(&report.functions)
            .into_iter()
            .map(|(stack, functions)| grid::grid(stack, &functions))
            .collect(),
        subjects: subjects(report),
        choices: severities(every.map(|it| it.rule)).into_iter().map(|(severity, _)| severity).collect(),
        marks: Verdict::ALL.map(mark).to_vec(),
        findings: report.findings.iter().map(|it| entry::entry(it, &report.functions)).collect(),
        suppressed: report.suppressed.iter().map(|it| entry::accepted(it, &report.functions)).collect(),
        rule_count: rules.len(),
        families: by_family(&rules).into_iter().map(|(letters, rules)| family(letters, &rules)).collect(),
    }
}

fn headline(report: &AuditReport) -> Headline {
    let of_each = verdicts(&report.functions);
    let count = |verdict| of_each.iter().find(|(known, _)| *known == verdict).map_or(0, |(_, count)| *count);
    let total: usize = of_each.iter().map(|(_, count)| count).sum();
    let exact = count(Verdict::Exact);
    let (word, tone) = match total {
        // Files have policies and no functions.
        0 if !report.findings.is_empty() => ("FINDINGS", "danger"),
        0 if !report.files.is_empty() => ("NO FINDING", "good"),
        0 => ("NOTHING AUDITED", "caution"),
        _ if exact == total => ("EXACT", "good"),
        _ if exact + count(Verdict::Unknown) == total => ("UNKNOWN", "caution"),
        _ => ("NOT EXACT", "danger"),
    };
    // A stack with findings about no right at all, such as an open queue, is not well either.
    let tone = if tone == "good" && !report.findings.is_empty() { "caution" } else { tone };
    let mut before = 0;
    let bar = of_each.iter().map(|(verdict, count)| {
        let (from, to) = (before * 1000 / total, (before + count) * 1000 / total);
        before += count;
        Segment { mark: mark(*verdict), count: *count, from, length: to - from }
    });
    let bar = bar.collect();
    let stacks = counted(by_stack(&report.functions).len(), "stack");
    let of = if word == "EXACT" { "" } else { " exact" };
    let (fraction, audited) = if report.files.is_empty() {
        let audited = format!("{stacks}, {}, {}", counted(report.functions.len(), "function"), counted(total, "right"));
        (format!("{exact}/{total}{of}"), audited)
    } else {
        (counted(report.files.len(), "file"), files(report))
    };
    Headline { word, tone, fraction, audited, bar }
}

fn subjects(report: &AuditReport) -> Vec<String> {
    let findings = report.findings.iter().chain(report.suppressed.iter().map(|it| &it.finding));
    let mut subjects: Vec<String> = Vec::new();
    for stack in report.functions.iter().map(|it| &it.stack).chain(findings.map(|it| &it.stack)) {
        if !subjects.contains(stack) {
            subjects.push(stack.clone());
        }
    }
    subjects
}

fn family(letters: &'static str, rules: &[&'static Rule]) -> Family {
    let explained = |rule: &&'static Rule| Explained {
        id: rule.id,
        severity: rule.severity,
        title: parts(rule.title),
        fix: parts(rule.fix),
        also_known_as: rule.also_known_as,
    };
    Family {
        letters,
        subject: subject(letters),
        count: counted(rules.len(), "rule"),
        rules: rules.iter().map(explained).collect(),
    }
}
