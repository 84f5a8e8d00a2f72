//! `policy-audit`: whether each right is exactly what is needed.

use std::collections::BTreeMap;

use serde_json::json;

use crate::audit::{self, AuditReport, recorded};
use crate::exit::Exit;
use crate::{cli, prepare, select, ui};

/// Builds the functions of each stack and prints the audit of their roles.
pub async fn run(selected: &cli::Stacks, stage: &str, with_recorded: bool) -> anyhow::Result<Exit> {
    let stacks = select::stacks(selected, stage)?;
    select::require_all_sound(&stacks)?;
    // Before anything is built, so that what is missing is said at once.
    let mut recorded = BTreeMap::new();
    if with_recorded {
        let cloud = recorded::local_cloud(stage, None).await?;
        for stack in &stacks {
            recorded.insert(stack.name(), recorded::read(&cloud, stack).await?);
        }
    }
    let built = prepare::build(&stacks.iter().collect::<Vec<_>>(), false).await?;
    let programs: Vec<_> = built.into_values().flatten().collect();
    let workspace = crate::assets::Workspace::read(&cli::workspace())?;
    let mut report = AuditReport::default();
    for stack in &stacks {
        audit::stack::audit(&workspace, stack, &programs, recorded.get(stack.name()), &mut report)?;
    }
    if ui::json() {
        ui::result(serde_json::to_string_pretty(
            &json!({"version": 1, "findings": report.findings, "functions": report.functions}),
        )?);
    } else {
        for function in &report.functions {
            ui::result(format!("{} {} ({})", function.stack, function.resource, function.program));
            for right in &function.rights {
                let e: Vec<_> = right.evidence.iter().map(|it| format!("{}: {}", it.source.name(), it.text)).collect();
                ui::result(format!(
                    "  {:9} {} {} {}",
                    right.verdict.name(),
                    right.action,
                    right.resource,
                    e.join("; ")
                ));
            }
        }
        report.findings.iter().for_each(ui::result);
    }
    Ok(if report.findings.is_empty() { Exit::Done } else { Exit::Findings })
}
