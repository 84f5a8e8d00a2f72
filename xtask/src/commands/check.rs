//! `check`: what AWS would refuse, found before anything leaves the machine.

use infra::{Severity, Template};
use serde_json::json;

use crate::exit::Exit;
use crate::{cli, select, ui};

/// Prints every finding of every stack, and how much of CloudFormation's limits each uses.
pub fn run(selected: &cli::Stacks, stage: &str) -> anyhow::Result<Exit> {
    let stacks = select::stacks(selected, stage)?;
    let mut exit = Exit::Done;
    let mut reports = Vec::new();
    for stack in &stacks {
        let template = Template::render(stack);
        let findings = infra::check::check_rendered(stack, &template);
        let budget = infra::check::budget(&template);
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            exit = Exit::Failed;
        }
        if ui::json() {
            let findings: Vec<_> = findings
                .iter()
                .map(|it| {
                    json!({
                        "rule": it.rule, "severity": it.severity, "message": it.message,
                        "location": it.source.map(ToString::to_string), "help": it.help,
                    })
                })
                .collect();
            reports.push(json!({"stack": stack.name(), "findings": findings, "budget": budget}));
        } else {
            findings.iter().map(ui::finding_text).for_each(ui::result);
            ui::result(format!("{}: {}; {budget}", stack.name(), select::count(&findings)));
        }
    }
    if ui::json() {
        ui::result(json!({"version": 1, "stacks": reports}));
    }
    Ok(exit)
}
