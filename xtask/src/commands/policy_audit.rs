//! `policy-audit`: what each function is granted, and whether its program uses exactly that.

use std::collections::{BTreeMap, BTreeSet};

use infra::iam::{Policy, Role, Statement};
use infra::lambda::Function;
use infra::{LogicalId, Stack, Value};
use policies::Action;
use serde_json::json;

use crate::assets::{Program, Workspace};
use crate::audit::{self, AuditFinding, Linked, Subject};
use crate::exit::Exit;
use crate::{cli, prepare, select, ui};

/// Builds the functions of each stack and prints the audit of their roles.
pub async fn run(selected: &cli::Stacks, stage: &str) -> anyhow::Result<Exit> {
    let workspace = Workspace::read(&cli::workspace())?;
    let mut findings = Vec::new();
    for stack in select::stacks(selected, stage)? {
        select::require_sound(&stack, &infra::check(&stack))?;
        let programs = prepare::build(&stack, false).await?;
        for (reference, function) in stack.resources_of::<Function>() {
            let linked = link(&workspace, &programs, function.program())?;
            let rights = Rights::of(&stack, function);
            let declared = stack.declared(reference.id());
            let location = declared.map(|declared| declared.source.to_string());
            let found = audit::compare(
                Subject {
                    stack: stack.name(),
                    resource: reference.id().as_str(),
                    program: function.program(),
                    location: location.as_deref(),
                    services: &workspace.services(function.program())?,
                },
                &rights.granted,
                linked.as_ref(),
                &rights.platform,
            );
            if !ui::json() {
                print(reference.id(), function, &rights, linked.as_ref(), &found);
            }
            findings.extend(found);
        }
    }
    if ui::json() {
        ui::result(serde_json::to_string_pretty(&json!({"version": 1, "findings": findings}))?);
    }
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Findings })
}

fn link(workspace: &Workspace, programs: &[Program], name: &str) -> anyhow::Result<Option<Linked>> {
    let Some(program) = programs.iter().find(|program| program.name == name) else { return Ok(None) };
    let file = std::fs::read(&program.path)?;
    Ok(audit::linked::operations(&file, &workspace.services(name)?).ok())
}
