//! The rules themselves: what each finds, and what to do about it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use policies::audit::{Case, PolicyRule, Rule};
use serde_json::json;

use super::super::matrix::AuditReport;
use super::Basis;
use super::families::{letters, position, subject};
use super::tally::{counted, listed, severities};
use super::text::severity_style;
use crate::ui::STRONG;

/// The rules as JSON.
#[must_use]
pub fn json(rules: &[&'static Rule]) -> String {
    let rows = rules.iter().map(|rule| {
        json!({
            "id": rule.id,
            "severity": rule.severity,
            "title": rule.title,
            "fix": rule.fix,
            "also_known_as": rule.also_known_as,
        })
    });
    format!("{:#}", json!({"version": 1, "rules": rows.collect::<Vec<_>>()}))
}

/// The rules as a table, by family, with counts; then what other tools call them.
#[must_use]
pub fn table(rules: &[&'static Rule]) -> String {
    let mut text = String::new();
    let width = |part: fn(&Rule) -> &str| rules.iter().map(|it| part(it).len()).max().unwrap_or(0);
    let (id_width, severity_width) = (width(|it| it.id), width(|it| it.severity.name()));
    for (family, members) in by_family(rules) {
        let count = counted(members.len(), "rule");
        let _ = writeln!(text, "{STRONG}{family}  {}{STRONG:#}  {count}", subject(family));
        for rule in members {
            let style = severity_style(rule.severity);
            let gap = " ".repeat(severity_width - rule.severity.name().len());
            let _ = writeln!(text, "  {:id_width$}  {style}{}{style:#}{gap}  {}", rule.id, rule.severity, rule.title);
        }
        text.push('\n');
    }
    text += &elsewhere(rules);
    let _ = match severities(rules.iter().copied()) {
        none if none.is_empty() => writeln!(text, "no rule"),
        some => writeln!(text, "{}: {}", counted(rules.len(), "rule"), listed(&some)),
    };
    text
}

/// The names of rules in other tools, with the rules here.
fn elsewhere(rules: &[&'static Rule]) -> String {
    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in rules {
        for name in rule.also_known_as {
            names.entry(name).or_default().push(rule.id);
        }
    }
    let width = names.keys().map(|name| name.len()).max().unwrap_or(0);
    let lines = names.iter().map(|(name, ids)| format!("  {name:width$}  {}\n", ids.join(", ")));
    if names.is_empty() {
        String::new()
    } else {
        format!("{STRONG}elsewhere{STRONG:#}\n{}\n", lines.collect::<String>())
    }
}

/// All that is to say about a rule; with its cases, when it is one about policies.
#[must_use]
pub fn explain(rule: &Rule, example: Option<&PolicyRule>) -> String {
    let style = severity_style(rule.severity);
    let mut text =
        format!("{style}{}[{}]{style:#}: finds {}\n  help: {}\n", rule.severity, rule.id, rule.title, rule.fix);
    if !rule.also_known_as.is_empty() {
        text.push_str("  elsewhere:\n");
        for name in rule.also_known_as {
            let _ = writeln!(text, "    {name}");
        }
    }
    if let Some(example) = example {
        for (heading, case) in [("it fires on", &example.firing), ("it is quiet about", &example.quiet)] {
            let _ = writeln!(text, "\n{STRONG}{heading}{STRONG:#}\n{}", indented(case));
        }
    }
    text
}

/// The rules that a report names, by id: those that it was judged by, and any other that was broken.
pub(super) fn rules_of(report: &AuditReport, basis: &Basis) -> Vec<&'static Rule> {
    let broken = report.findings.iter().chain(report.suppressed.iter().map(|it| &it.finding)).map(|it| it.rule);
    let mut rules: Vec<_> = basis.rules.iter().copied().chain(broken).collect();
    rules.sort_by_key(|rule| rule.id);
    rules.dedup_by_key(|rule| rule.id);
    rules
}

/// The rules by family: the families in their order, the rules by id.
pub(super) fn by_family(rules: &[&'static Rule]) -> Vec<(&'static str, Vec<&'static Rule>)> {
    let mut sorted = rules.to_vec();
    sorted.sort_by_key(|rule| (position(letters(rule.id)), rule.id));
    let families = sorted.chunk_by(|one, other| letters(one.id) == letters(other.id));
    families.filter_map(|family| Some((letters(family.first()?.id), family.to_vec()))).collect()
}

/// A case as it is best read: some are no JSON, and that is their point.
fn indented(case: &Case) -> String {
    let pretty = serde_json::from_str::<serde_json::Value>(case.text).map(|json| format!("{json:#}"));
    let text = pretty.unwrap_or_else(|_| case.text.to_owned());
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
