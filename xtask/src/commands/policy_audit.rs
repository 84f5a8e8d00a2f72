//! `policy-audit`: whether each right is exactly what is needed.

use serde_json::json;

use crate::audit::{self, AuditReport};
use crate::exit::Exit;
use crate::{cli, cloud, prepare, select, ui};

/// Builds the functions of each stack and prints the audit of their roles.
pub async fn run(selected: &cli::Stacks, live: bool, target: &cli::Where) -> anyhow::Result<Exit> {
    let stacks = select::stacks(selected, &target.stage)?;
    select::require_all_sound(&stacks)?;
    let built = prepare::build(&stacks.iter().collect::<Vec<_>>(), false).await?;
    let programs: Vec<_> = built.into_values().flatten().collect();
    let workspace = crate::assets::Workspace::read(&cli::workspace())?;
    let mut report = AuditReport::default();
    for stack in &stacks {
        audit::stack::audit(&workspace, stack, &programs, None, &mut report)?;
    }
    if live {
        target.require_one_region("policy-audit --live")?;
        for stack in &stacks {
            let cloud = cloud::connect(target, stack.default_region).await?;
            report.findings.extend(audit::live::compare(&cloud, stack, &report.functions).await?);
        }
        report.findings.sort_by(|one, other| one.order().cmp(&other.order()));
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
