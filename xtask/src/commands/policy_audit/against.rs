//! What became possible since another state: a revision of the workspace, or the programs that were built before.

use std::path::Path;

use crate::app::{App, Revision};
use crate::assets::Workspace;
use crate::audit::AuditReport;
use crate::audit::change::{self, Change, Registry, State};
use crate::audit::program::AuditedProgram;
use crate::cli::PolicyAudit;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::{self, Purpose};
use crate::select::{self, Selection};
use crate::stack::Stack;
use crate::ui;

/// What the stacks can do that they could not at `revision`.
pub(super) async fn stacks(arguments: &PolicyAudit, revision: &str) -> anyhow::Result<AuditReport> {
    let stage = &arguments.target.stage;
    let selection = Selection::complete(&arguments.stacks(), stage)?;
    select::require_all_sound(&selection.stacks)?;
    let revision = Revision::read(selection.app.root(), revision)?;
    let after = state(&selection, selection.stacks.iter().collect()).await?;

    ui::say(format!("comparing with {}, which is built in a folder of its own", revision.name));
    let before = Selection::all_of(App::of(revision.workspace.clone())?, &arguments.choices, stage)?;
    for unbuilt in &before.unbuilt {
        let name = &unbuilt.name;
        ui::warn(format!(
            "at {} the stack `{name}` cannot be built: all that it does now counts as new",
            revision.name
        ));
    }
    let is_meant = |stack: &&Stack| arguments.names.is_empty() || arguments.names.iter().any(|it| it == stack.name());
    let before = state(&before, before.stacks.iter().filter(is_meant).collect()).await?;
    Ok(report(change::between(&before, &after, &revision.name, &Registry::of_machine())))
}

async fn state(selection: &Selection, stacks: Vec<&Stack>) -> anyhow::Result<State> {
    let programs = prepare::build(selection, &stacks, Purpose::Lambda).await?;
    let workspace = Workspace::built_in(selection.app.root(), selection.app.workspace.target.as_deref())?;
    State::of_stacks(&workspace, stacks.into_iter().cloned().collect(), &programs)
}

/// What the programs can do that those of `--before` could not.
pub(super) fn programs(arguments: &PolicyAudit) -> anyhow::Result<AuditReport> {
    let (now, then) = (&arguments.programs, &arguments.of_program.before);
    if now.len() != then.len() {
        let message = format!("{} `--program` and {} `--before` are given", now.len(), then.len());
        let failure = Failure::new(message).exit(Exit::Usage);
        return Err(failure.help("give one `--before` for each `--program`, in the same order").into());
    }
    let state = |files: &[std::path::PathBuf], source: Option<&Path>| {
        let programs: Vec<_> = files.iter().map(|it| AuditedProgram::read(it, source)).collect::<Result<_, _>>()?;
        anyhow::Ok((State::of_programs(&programs, source)?, programs))
    };
    let (before, _) = state(then, arguments.of_program.before_source.as_deref())?;
    let (after, programs) = state(now, arguments.of_program.source.as_deref())?;
    if !before.has_lock() || !after.has_lock() {
        ui::say(
            "whether a dependency begins to call AWS is not judged: it takes a `Cargo.lock` at or above `--source` and `--before-source`",
        );
    }
    let names: Vec<_> = then.iter().map(|it| it.display().to_string()).collect();
    let change = change::between(&before, &after, &names.join(", "), &Registry::of_machine());
    Ok(AuditReport { programs, ..report(change) })
}

fn report(mut change: Change) -> AuditReport {
    let findings = std::mem::take(&mut change.findings);
    AuditReport { findings, change: Some(change), ..AuditReport::default() }
}
