//! `check`: what AWS would refuse, found before anything leaves the machine.

use assembly::Finding;
use serde_json::json;

use crate::exit::Exit;
use crate::select::{self, Selection};
use crate::{cli, ui};

/// Prints every finding of every stack and between them, and how much of CloudFormation's limits each uses.
pub fn run(selected: &cli::Stacks, stage: &str) -> anyhow::Result<Exit> {
    let Selection { stacks, unbuilt, .. } = Selection::of(selected, stage)?;
    let mut exit = if unbuilt.is_empty() { Exit::Done } else { Exit::Failed };
    unbuilt.iter().for_each(|unbuilt| ui::error(&unbuilt.failure()));
    let mut reports = Vec::new();
    for stack in &stacks {
        let findings = stack.findings();
        let budget = infra::check::budget(stack.template());
        if select::has_error(findings) {
            exit = Exit::Failed;
        }
        if ui::json() {
            reports.push(json!({"stack": stack.name(), "findings": findings, "budget": budget}));
        } else {
            findings.iter().map(ui::finding_text).for_each(ui::result);
            ui::result(format!("{}: {}; {budget}", stack.name(), select::count(findings)));
        }
    }
    let between: Vec<Finding> = select::between(&stacks);
    if select::has_error(&between) {
        exit = Exit::Failed;
    }
    if ui::json() {
        ui::result(json!({"version": 1, "stacks": reports, "between": between}));
    } else {
        between.iter().map(ui::finding_text).for_each(ui::result);
    }
    Ok(exit)
}
