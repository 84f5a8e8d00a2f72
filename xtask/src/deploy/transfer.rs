//! Resources that move from one stack to another, before both are updated.

use std::collections::{BTreeMap, BTreeSet};

use assembly::System;
use plan::{Plan, Site, transfers};

use super::change_set::Settings;
use super::interrupt::Interrupt;
use super::refactor::{self, Part};
use super::stack_instance::StackInstance;
use super::update::{self, Update};
use super::{deployed, exports};
use crate::failure::Failure;
use crate::prepare::{Prepared, Sides};
use crate::select::Selection;
use crate::ui;

/// Finds what moves between stacks, and notes it in their `sides`. Stacks between which something would have to move and
/// cannot are refused.
pub async fn find(selection: &Selection, all: &[StackInstance<'_>], sides: &mut [anyhow::Result<Sides>]) {
    for region in regions(all) {
        let here: Vec<_> = (0..all.len()).filter(|it| all[*it].cloud.region == region).collect();
        require_partners(selection, all, &here, sides).await;
        let open: Vec<_> = here.into_iter().filter(|it| sides[*it].is_ok()).collect();
        let stacks = open.iter().filter_map(|&index| {
            let Sides { deployed, after, .. } = sides[index].as_ref().ok()?;
            let stack = all[index].stack;
            let before = deployed.as_ref().map(|deployed| &deployed.snapshot);
            Some(Site { name: stack.name(), stack_name: stack.stack_name(), before, after })
        });
        match transfers(&stacks.collect::<Vec<_>>()) {
            Ok(found) => {
                for (index, transferred) in open.into_iter().zip(found) {
                    if let Ok(sides) = &mut sides[index] {
                        sides.transferred = transferred;
                    }
                }
            }
            Err(why) => {
                let concerned = |index: &usize| {
                    let name = all[*index].stack.name();
                    moves(selection).any(|it| it.to == name || it.from == name)
                };
                for index in open.into_iter().filter(concerned) {
                    sides[index] = Err(Failure::new(format!("{why}; nothing was changed")).into());
                }
            }
        }
    }
}

fn regions(all: &[StackInstance<'_>]) -> BTreeSet<String> {
    all.iter().map(|instance| instance.cloud.region.clone()).collect()
}

/// A move from stack to stack that the app declares.
struct Declared<'a> {
    from: &'a str,
    from_id: &'a str,
    to: &'a str,
    to_id: &'a str,
}

fn moves(selection: &Selection) -> impl Iterator<Item = Declared<'_>> {
    selection.systems.iter().filter_map(System::stack).flat_map(|stack| {
        stack.moved_from.iter().filter_map(|(id, former)| {
            Some(Declared { from: former.stack.as_deref()?, from_id: &former.id, to: &stack.name, to_id: id })
        })
    })
}

/// Refuses a stack of a move whose other stack is not deployed with it: the resource would be deleted here, or made a
/// second time.
async fn require_partners(
    selection: &Selection,
    all: &[StackInstance<'_>],
    here: &[usize],
    sides: &mut [anyhow::Result<Sides>],
) {
    for it in moves(selection) {
        let find = |name: &str| here.iter().copied().find(|index| all[*index].stack.name() == name);
        let (from, to) = (find(it.from), find(it.to));
        let is_open = |index: Option<usize>| index.filter(|index| sides[*index].is_ok());
        let (alone, partner) = match (is_open(from), is_open(to)) {
            (Some(from), None) => (from, it.to),
            (None, Some(to)) => (to, it.from),
            _ => continue,
        };
        let Ok(Sides { deployed, after, .. }) = &sides[alone] else { continue };
        let StackInstance { stack, cloud, .. } = all[alone];
        let has = |id: &str| deployed.as_ref().is_some_and(|it| it.snapshot.template.resource(id).is_some());
        let is_pending = if partner == it.to {
            Ok(has(it.from_id) && after.template.resource(it.from_id).is_none())
        } else if has(it.to_id) {
            Ok(false)
        } else {
            let source = selection.systems.iter().filter_map(System::stack).find(|stack| stack.name == it.from);
            let name = source.map_or_else(|| format!("{}-{}", it.from, stack.stage()), |it| it.stack_name.clone());
            let source = deployed::read_named(cloud, &name).await;
            source
                .map(|source| source.is_some_and(|deployed| deployed.snapshot.template.resource(it.from_id).is_some()))
        };
        let Declared { from, from_id, to, .. } = it;
        let message = format!(
            "`{from_id}` moves from `{from}` to `{to}`, and only `{}` would be deployed; nothing was changed",
            stack.name()
        );
        match is_pending {
            Ok(false) => {}
            Ok(true) if selection.systems.iter().any(|system| system.name == partner) => {
                let both = cloud.command_line(&format!("deploy {partner}"), stack);
                sides[alone] = Err(Failure::new(message).help(format!("`{both}` deploys both")).into());
            }
            Ok(true) => {
                let help =
                    format!("keep the stack `{partner}` in the source until its resources have moved, and deploy both");
                sides[alone] = Err(Failure::new(message).help(help).into());
            }
            Err(error) => sides[alone] = Err(error),
        }
    }
}

/// Moves what the plans of `prepared` say between stacks, and plans anew what is left. Stopped at any point, the next
/// deployment goes on from there.
///
/// # Errors
/// When an export that others import could not go.
pub async fn run(
    all: &mut [StackInstance<'_>],
    mut prepared: Vec<anyhow::Result<Prepared>>,
    settings: &Settings,
    interrupt: Option<&Interrupt>,
) -> anyhow::Result<Vec<anyhow::Result<Prepared>>> {
    let is_moving = |prepared: &anyhow::Result<Prepared>| prepared.as_ref().is_ok_and(|it| it.transferred.is_some());
    if !prepared.iter().any(is_moving) {
        return Ok(prepared);
    }
    for group in groups(all, &prepared) {
        if let Err(error) = move_between(all, &group, &prepared, settings, interrupt).await {
            let why = error.to_string();
            ui::error(&error);
            for index in group {
                let first = why.lines().next().unwrap_or_default();
                prepared[index] = Err(Failure::new(format!("its resources were not moved: {first}")).into());
            }
            continue;
        }
        for index in group {
            let StackInstance { stack, cloud, .. } = &all[index];
            if let Ok(before) = &mut prepared[index] {
                before.deployed = deployed::read(cloud, stack).await?;
                before.transferred = None;
                match before.plan.rest(before.deployed.as_ref().map(|it| &it.snapshot), &before.after) {
                    Ok(rest) => before.plan = rest,
                    Err(lost) => {
                        let (label, lost) = (&all[index].label, lost.join(", "));
                        let failure = Failure::new(format!(
                            "its resources have moved; what is left would lose {lost}, of which its plan said nothing; \
                             `{label}` was not deployed"
                        ));
                        let help = format!("`{}` shows what is left", cloud.command_line("diff", stack));
                        prepared[index] = Err(failure.help(help).into());
                    }
                }
            }
        }
    }
    exports::release(all, &mut prepared).await?;
    Ok(prepared)
}

/// The stacks between which resources move, those together that one refactor is of.
fn groups(all: &[StackInstance<'_>], prepared: &[anyhow::Result<Prepared>]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<(&str, &BTreeSet<String>), Vec<usize>> = BTreeMap::new();
    for (index, (instance, prepared)) in all.iter().zip(prepared).enumerate() {
        if let Some(transferred) = prepared.as_ref().ok().and_then(|it| it.transferred.as_ref()) {
            groups.entry((&instance.cloud.region, &transferred.together)).or_default().push(index);
        }
    }
    groups.into_values().collect()
}

async fn move_between(
    all: &[StackInstance<'_>],
    group: &[usize],
    prepared: &[anyhow::Result<Prepared>],
    settings: &Settings,
    interrupt: Option<&Interrupt>,
) -> anyhow::Result<()> {
    require_whole(all, group, prepared)?;
    let members: Vec<_> = group.iter().filter_map(|&it| Some((&all[it], prepared[it].as_ref().ok()?))).collect();
    for (instance, prepared) in &members {
        let before = prepared.deployed.as_ref().map(|deployed| &deployed.snapshot);
        let Some(first) = prepared.transferred.as_ref().and_then(|it| it.prerequisite(before)) else { continue };
        ui::say(format!("{}: gets a placeholder first: CloudFormation has no stack without resources", instance.label));
        let plan = Plan::between(before, &first);
        update::run(instance, &Update { plan: &plan, after: &first, prepared, settings, interrupt }).await?;
    }
    let parts = members.iter().filter_map(|(instance, prepared)| {
        let it = prepared.transferred.as_ref()?;
        Some(Part { instance, template: &it.snapshot.template, moves: &it.moves, bucket: &prepared.bucket })
    });
    for (instance, _) in &members {
        update::require_not_interrupted(instance, interrupt)?;
    }
    refactor::run(&parts.collect::<Vec<_>>()).await
}

/// Refuses to move anything when a stack cannot be deployed that something moves into or out of.
fn require_whole(
    all: &[StackInstance<'_>],
    group: &[usize],
    prepared: &[anyhow::Result<Prepared>],
) -> anyhow::Result<()> {
    let names: BTreeSet<_> = group.iter().map(|it| all[*it].stack.name()).collect();
    let mut partners = group.iter().filter_map(|it| prepared[*it].as_ref().ok()?.transferred.as_ref());
    match partners.find_map(|it| it.together.iter().find(|partner| !names.contains(partner.as_str()))) {
        Some(missing) => {
            Err(Failure::new(format!("`{missing}`, which resources move into or out of, cannot be deployed")).into())
        }
        None => Ok(()),
    }
}
