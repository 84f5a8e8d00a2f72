//! `check`: what AWS would refuse, found before anything leaves the machine.

use infra::{Finding, Severity, Template};
use serde_json::json;

use crate::exit::Exit;
use crate::{cli, select, ui};

/// Prints every finding of every stack and between them, and how much of CloudFormation's limits each uses.
pub fn run(selected: &cli::Stacks, stage: &str) -> anyhow::Result<Exit> {
    let stacks = select::stacks(selected, stage)?;
    let mut exit = Exit::Done;
    let mut reports = Vec::new();
    for stack in &stacks {
        let template = Template::render(stack);
        let findings = infra::check::check_rendered(stack, &template);
        let budget = infra::check::budget(&template);
        if has_error(&findings) {
            exit = Exit::Failed;
        }
        if ui::json() {
            reports.push(json!({"stack": stack.name(), "findings": list(&findings), "budget": budget}));
        } else {
            findings.iter().map(ui::finding_text).for_each(ui::result);
            ui::result(format!("{}: {}; {budget}", stack.name(), select::count(&findings)));
        }
    }
    let between = infra::check::between(&stacks);
    if has_error(&between) {
        exit = Exit::Failed;
    }
    if ui::json() {
        ui::result(json!({"version": 1, "stacks": reports, "between": list(&between)}));
    } else {
        between.iter().map(ui::finding_text).for_each(ui::result);
    }
    Ok(exit)
}

fn has_error(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn list(findings: &[Finding]) -> Vec<serde_json::Value> {
    let entry = |it: &Finding| {
        json!({
            "rule": it.rule, "severity": it.severity, "message": it.message,
            "location": it.source.map(ToString::to_string), "help": it.help,
        })
    };
    findings.iter().map(entry).collect()
}
