//! `policy-audit`: what each function is granted, and whether its program uses exactly that.

use infra::lambda::Function;
use infra::{LogicalId, Stack};
use serde_json::json;

use crate::assets::{Program, Workspace};
use crate::audit::linked::{self, Linked};
use crate::audit::rights::Rights;
use crate::audit::{self, AuditFinding, Subject, wiring};
use crate::exit::Exit;
use crate::{cli, prepare, select, ui};

/// Builds the functions of each stack and prints the audit of their roles.
pub async fn run(selected: &cli::Stacks, stage: &str) -> anyhow::Result<Exit> {
    let workspace = Workspace::read(&cli::workspace())?;
    let mut findings = Vec::new();
    let stacks = select::stacks(selected, stage)?;
    select::require_all_sound(&stacks)?;
    let built = prepare::build(&stacks.iter().collect::<Vec<_>>(), false).await?;
    let programs: Vec<_> = built.into_values().flatten().collect();
    for stack in stacks {
        for (reference, function) in stack.resources_of::<Function>() {
            findings.extend(audit(&workspace, &stack, reference.id(), function, &programs)?);
        }
        findings.extend(wiring::broken(&stack));
    }
    if ui::json() {
        ui::result(serde_json::to_string_pretty(&json!({"version": 1, "findings": findings}))?);
    } else {
        findings.iter().for_each(ui::result);
        ui::result(match findings.len() {
            0 => "no finding: each action that a role allows is used by its program or its wiring, and none is missing"
                .to_owned(),
            1 => "1 finding".to_owned(),
            count => format!("{count} findings"),
        });
    }
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Findings })
}

fn audit(
    workspace: &Workspace,
    stack: &Stack,
    id: LogicalId,
    function: &Function,
    programs: &[Program],
) -> anyhow::Result<Vec<AuditFinding>> {
    let services = workspace.services(function.program())?;
    let linked = match programs.iter().find(|program| program.name == function.program()) {
        Some(program) => linked::operations(&std::fs::read(&program.path)?, &services).ok(),
        None => None,
    };
    let rights = Rights::of(stack, id, function);
    let location = stack.declared(id).map(|declared| declared.source.to_string());
    let subject = Subject {
        stack: stack.name(),
        resource: id.as_str(),
        program: function.program(),
        location: location.as_deref(),
        services: &services,
    };
    if !ui::json() {
        print(stack, subject, &rights, linked.as_ref());
    }
    let granted: Vec<_> = rights.granted.iter().collect();
    let mut findings = audit::compare(subject, &granted, linked.as_ref(), &rights.platform_actions());
    findings.extend(rights.missing(subject));
    findings.extend(rights.unseen(subject));
    Ok(findings)
}

/// A line for each action on each resource, with what uses it.
fn print(stack: &Stack, subject: Subject<'_>, rights: &Rights, linked: Option<&Linked>) {
    let (bold, end) = (ui::STRONG.render(), ui::STRONG.render_reset());
    ui::result(format!("{bold}{} {}{end} ({})", stack.name(), subject.resource, subject.program));
    let lines: Vec<_> = rights.lines(linked).collect();
    let width = |column: fn(&(String, String, String)) -> &String| lines.iter().map(|it| column(it).len()).max();
    let (actions, resources) = (width(|it| &it.0).unwrap_or(0), width(|it| &it.1).unwrap_or(0));
    for (action, resource, user) in &lines {
        ui::result(format!("  {action:<actions$}  {resource:<resources$}  {user}"));
    }
    ui::result("");
}
