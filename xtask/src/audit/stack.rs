//! The audit of a stack: its functions with their built programs, its wiring and its policies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use policies::Operation;

use super::audited::Audited;
use super::function::{self, Subject};
use super::linked::{self, Linked};
use super::matrix::AuditReport;
use super::recorded::Recorded;
use super::source::Source;
use super::usage::{self, Program};
use super::{template, wiring};
use crate::assets::{Programs, Workspace};
use crate::stack::Stack;

/// Adds what is known of `stack` to `report`; `programs` are its built programs.
///
/// # Errors
/// When a function's program is in no package of the workspace.
pub fn audit(
    workspace: &Workspace,
    stack: &Stack,
    programs: &Programs,
    recorded: Option<&Recorded>,
    report: &mut AuditReport,
) -> anyhow::Result<()> {
    each_function(workspace, stack, programs, recorded, |subject| {
        let (rights, findings) = function::audit(subject);
        report.functions.push(rights);
        report.findings.extend(findings);
    })?;
    let audited = Audited::stack(stack);
    report.findings.extend(wiring::findings(&audited));
    report.findings.extend(template::findings(&audited));
    report.findings.sort_by(|one, other| one.order().cmp(&other.order()));
    report.findings.dedup();
    Ok(())
}

/// Calls `audit` for each function of `stack`, with what is known of its program.
///
/// # Errors
/// When a function's program is in no package of the workspace.
pub fn each_function(
    workspace: &Workspace,
    stack: &Stack,
    programs: &Programs,
    recorded: Option<&Recorded>,
    mut audit: impl FnMut(&Subject<'_>),
) -> anyhow::Result<()> {
    let mut sources: BTreeMap<Vec<String>, Source> = BTreeMap::new();
    for function in stack.programs() {
        let name = function.program.as_str();
        let mut services = workspace.services(name)?;
        // The bindings bring their SDKs along, also where the crate `bindings` is of no package of the workspace.
        let bound: Vec<_> = function.bindings.iter().flat_map(usage::operations).collect();
        services.extend(bound.iter().map(|operation| operation.service.to_owned()));
        let folders = workspace.folders_of(name);
        let source = sources.entry(folders.clone()).or_insert_with(|| Source::read(workspace.root(), &folders));
        let file = programs.of(function).map(|program| fs::read(&program.path));
        let linked = match file {
            Some(Ok(file)) => read(&file, &services, &folders, &bound),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("it was not built".to_owned()),
        };
        audit(&Subject {
            stack,
            function,
            program: linked.as_ref().map(|linked| Program { linked, source }).map_err(String::as_str),
            recorded,
            calls_services: !services.is_empty(),
        });
    }
    Ok(())
}

fn read(
    file: &[u8],
    services: &BTreeSet<String>,
    folders: &[String],
    bound: &[&'static Operation],
) -> Result<Linked, String> {
    let folders: Vec<_> = folders.iter().map(String::as_str).collect();
    linked::read_with(file, services, &folders, bound).map_err(|error| format!("{error:#}"))
}
