//! `check`: what AWS would refuse, found before anything leaves the machine.

mod cargo_message;

use assembly::Finding;
use serde_json::json;

use crate::app;
use crate::assets::Workspace;
use crate::exit::Exit;
use crate::select::{self, Selection};
use crate::{cli, ui};

/// Prints every finding of every stack and between them, and how much of CloudFormation's limits each uses.
pub fn run(selected: &cli::StackArgs, stage: &str) -> anyhow::Result<Exit> {
    let Selection { stacks, unbuilt, .. } = Selection::of(selected, stage)?;
    let mut exit = if unbuilt.is_empty() { Exit::Done } else { Exit::Failed };
    for unbuilt in &unbuilt {
        ui::error(&unbuilt.failure());
    }
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

/// Prints what the compiler says of the workspace, and then every finding, as cargo's JSON messages.
pub fn run_for_editors(selected: &cli::StackArgs, stage: &str) -> anyhow::Result<Exit> {
    let root = app::root()?;
    if !cargo_message::check_workspace(&root)? {
        return Ok(Exit::Failed);
    }
    let Selection { app, stacks, unbuilt, .. } = Selection::of(selected, stage)?;
    let target = Workspace::read(&root)?.app_target(&app.workspace.app)?;
    let unbuilt = unbuilt.into_iter().map(|it| Finding {
        location: it.failure.location,
        ..Finding::error("stack-panicked", format!("the stack `{}` cannot be built: {}", it.name, it.failure.message))
    });
    let found = stacks.iter().flat_map(|stack| stack.findings().iter().cloned());
    let findings: Vec<_> = found.chain(select::between(&stacks)).chain(unbuilt).collect();
    for finding in &findings {
        ui::result(cargo_message::message(finding, &target, &root));
    }
    Ok(if select::has_error(&findings) { Exit::Failed } else { Exit::Done })
}
