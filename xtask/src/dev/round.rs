//! One round: build, plan, and bring what runs in step with the source.

use std::sync::Arc;
use std::time::{Duration, Instant};

use assembly::System;
use futures::future::join_all;
use tokio::sync::watch::Sender;

use crate::app::Workspace;
use crate::audit::gate;
use crate::cli::Dev;
use crate::cloud::Cloud;
use crate::commands::deploy::print_outputs;
use crate::console::Running;
use crate::deploy::approval::{question, widened};
use crate::deploy::change_set::{Mode, Settings};
use crate::deploy::concurrent::{self, Outcome};
use crate::deploy::rollout::{self, Done};
use crate::deploy::stack_instance::StackInstance;
use crate::deploy::{exports, hotswap, parameters};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::prepare::{Prepared, Reading, prepare};
use crate::select::{self, Selection};
use crate::{local, ui};

/// What rounds have in common.
#[derive(Debug)]
pub(super) struct Rounds {
    workspace: Workspace,
    arguments: Dev,
    cloud: Cloud,
    /// What the app said in the last round that found it sound.
    sound: Vec<System>,
    running: Sender<Running>,
}

impl Rounds {
    pub(super) fn new(workspace: Workspace, arguments: Dev, cloud: Cloud, running: Sender<Running>) -> Self {
        Self { workspace, arguments, cloud, sound: Vec::new(), running }
    }

    /// Brings what runs in step with the source; says nothing when it is.
    pub(super) async fn go(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        let Dev { given, target, .. } = &self.arguments;
        let mut selection = Selection::complete(&self.arguments.stacks(), &target.stage)?;
        if selection.systems != self.sound {
            parameters::require_known(&selection.stacks, &given.parameters)?;
            select::require_all_sound(&selection.stacks)?;
        }
        gate::require(&mut selection.stacks, &self.workspace.root, &[])?;
        let clouds = [self.cloud.clone()];
        let mut all = StackInstance::all(&selection.stacks, &clouds);
        let prepared = prepare(&selection, &all, given, target.release, Reading::Resuming).await?;
        let prepared = all.iter().zip(prepared).map(|(instance, prepared)| {
            let prepared = prepared?;
            if let Some(deployed) = &prepared.deployed {
                deployed.require_own(instance.cloud, instance.stack)?;
            }
            anyhow::Ok(prepared)
        });
        let prepared: Vec<_> = prepared.collect();
        let built = began.elapsed();
        let is_code = |(instance, prepared): (_, &anyhow::Result<Prepared>)| {
            let is_code = |it: &Prepared| it.transferred.is_none() && hotswap::require(instance, it).is_ok();
            prepared.as_ref().is_ok_and(is_code)
        };
        let are_code: Vec<_> = all.iter().zip(&prepared).map(is_code).collect();
        let is_changed = are_code.contains(&false);
        let swapped = swap_all(&all, &prepared, &are_code, built).await;
        let deployed = if is_changed { self.deploy(&mut all, prepared, &are_code, built).await } else { Ok(()) };
        if is_changed || self.running.borrow().is_empty() {
            // One that failed may not be there; what the others log is shown all the same.
            let found = join_all(all.iter().map(|it| RunningStack::of(it.cloud.clone(), it.stack.clone()))).await;
            self.running.send_replace(Arc::new(found.into_iter().flatten().collect()));
        }
        let ended = match (swapped, deployed) {
            (Err(swap), Err(deployment)) => {
                ui::error(&swap);
                Err(deployment)
            }
            (swapped, deployed) => swapped.and(deployed),
        };
        ended?;
        self.sound = selection.systems;
        Ok(())
    }

    /// Deploys through CloudFormation those of which `are_code` says that not only their code is another, and asks where data
    /// or rights are at stake.
    async fn deploy(
        &self,
        all: &mut [StackInstance<'_>],
        prepared: Vec<anyhow::Result<Prepared>>,
        are_code: &[bool],
        built: Duration,
    ) -> anyhow::Result<()> {
        let shown = all.iter().zip(prepared).zip(are_code).map(|((instance, prepared), is_code)| {
            let prepared = prepared?;
            if !prepared.plan.is_empty() && !is_code {
                prepared.show(instance, true)?;
            }
            anyhow::Ok(prepared)
        });
        let mut prepared: Vec<_> = shown.collect();
        concurrent::say_failures(all, &prepared);
        // Of all: who imports what may be a stack that is not deployed.
        exports::release(all, &mut prepared).await?;
        let mut all = StackInstance::only(all, |index| are_code.get(index) == Some(&false));
        let prepared = prepared.into_iter().zip(are_code).filter(|(_, is_code)| !**is_code);
        let prepared: Vec<_> = prepared.map(|(prepared, _)| prepared).collect();
        if prepared.iter().flatten().any(is_grave) {
            approve(&all, &prepared)?;
        }
        let mode = Mode::of_stage(self.workspace.is_express(&self.arguments.target.stage));
        let settings = Settings { mode, ..Settings::default() };
        let (outcomes, times) = rollout::run(&mut all, prepared, &settings).await?;
        if let Some(local) = &self.cloud.local {
            local::save(local).await?;
        }
        let (built, live) = (built.as_secs_f32(), (times.upload + times.deploy).as_secs_f32());
        for Outcome { instance, result, .. } in &outcomes {
            if let Ok(Done { outputs, changed: true, .. }) = result {
                ui::say(format!("{}: deployed: built {built:.1} s, live {live:.1} s", instance.label));
                print_outputs(outputs);
            }
        }
        concluded(outcomes)
    }
}

/// Gives the functions of those stacks new code of which nothing else is another.
async fn swap_all(
    all: &[StackInstance<'_>],
    prepared: &[anyhow::Result<Prepared>],
    are_code: &[bool],
    built: Duration,
) -> anyhow::Result<()> {
    let starts = prepared.iter().zip(are_code).map(|(it, is_code)| Ok(it.as_ref().ok().filter(|_| *is_code)));
    let swapped =
        concurrent::run(all, starts.collect(), async |instance, prepared: Option<&Prepared>| match prepared {
            Some(prepared) => swap(instance, prepared, built).await,
            None => Ok(false),
        });
    let swapped = swapped.await;
    if swapped.iter().any(|outcome| outcome.result.as_ref().is_ok_and(|is_swapped| *is_swapped)) {
        hotswap::delete_unused(all).await;
    }
    concluded(swapped)
}

/// Whether a function had other code.
async fn swap(instance: &StackInstance<'_>, prepared: &Prepared, built: Duration) -> anyhow::Result<bool> {
    let swapped = hotswap::run(instance, prepared).await?;
    for function in &swapped.functions {
        let (built, live) = (built.as_secs_f32(), swapped.took.as_secs_f32());
        let good = ui::GOOD;
        ui::say(format!("{good}✓{good:#} {function}: built {built:.1} s, live {live:.1} s"));
    }
    Ok(!swapped.functions.is_empty())
}

/// Whether data would be lost, or rights widened.
fn is_grave(prepared: &Prepared) -> bool {
    prepared.plan.losses().any(|change| change.loses.is_some()) || !widened(prepared).is_empty()
}

fn approve(all: &[StackInstance<'_>], prepared: &[anyhow::Result<Prepared>]) -> anyhow::Result<()> {
    let Some(question) = question("deploy", all, prepared) else { return Ok(()) };
    if ui::can_ask() {
        return ui::confirm(&question, false);
    }
    let names: Vec<_> = all.iter().map(|instance| instance.stack.name()).collect();
    let flags = all.first().map(|instance| instance.cloud.flags.as_str()).unwrap_or_default();
    Err(Failure::new(format!("{question} needs a yes, and there is no terminal to ask on; nothing was deployed"))
        .exit(Exit::Declined)
        .help(format!("`cargo xtask deploy {}{flags}` deploys it", names.join(" ")))
        .into())
}

/// The failure of a single stack; of several, each was said.
fn concluded<T>(outcomes: Vec<Outcome<'_, T>>) -> anyhow::Result<()> {
    match concurrent::conclude(outcomes)? {
        Exit::Done => Ok(()),
        exit => Err(Failure::silent(exit).into()),
    }
}
