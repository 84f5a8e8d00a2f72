//! What functions did in the local cloud, with the roles enforced.
//!
//! A recorded call proves that the function made it, on that resource, and how its role and the resource's policy
//! decided on it. It proves nothing of what the run did not come to: what is not recorded is not unused. Of a denial it
//! proves that the call was made, not that the function needs it.
//!
//! The decision is the emulator's, which knows neither the organization's policies nor every condition key. It asks no
//! role for what AWS itself does with it, such as polling a queue, writing logs and telling destinations, and
//! operations that it knows no action of leave no trace. Calls by URLs that a function signed are the function's, and
//! are recorded even when the URL has expired or was altered.

mod calls;

use std::collections::BTreeSet;

use policies::Action;

use super::expression::shown;
use super::names::{Home, Names};
use crate::cli::TargetArgs;
use crate::cloud::{self, Cloud};
use crate::deploy::deployed;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::local;
use crate::services::cloudformation;
use crate::stack::Stack;

pub use calls::of_stack;

/// The calls of the functions of a stack, as the local cloud saw them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recorded {
    /// The calls.
    pub calls: BTreeSet<RecordedCall>,
    /// How many calls the local cloud did not keep, of all stacks: those on more objects than it lists.
    pub left_out: u64,
}

/// A call that a function made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedCall {
    /// The logical id of the function.
    pub function: String,
    /// The action that was asked for.
    pub action: String,
    /// The resource by its logical id where it has one, such as `Sightings/index/by-model`.
    pub resource: String,
    /// Whether the role allowed it.
    pub allowed: bool,
}

/// The local cloud, which must be running, as the place where copies `stage` of stacks are deployed.
///
/// # Errors
/// When it is not running.
pub async fn local_cloud(stage: &str, region: Option<&str>) -> anyhow::Result<Cloud> {
    if !local::status().await?.running {
        return Err(Failure::new("the local cloud is not running, so that nothing is recorded")
            .help("`cargo xtask local start`; it has what it recorded before")
            .into());
    }
    let regions = region.map(str::to_owned).into_iter().collect();
    cloud::connect(&TargetArgs { local: true, stage: stage.to_owned(), regions, ..TargetArgs::default() }, None).await
}

/// What the functions of `stack` did in the local cloud `cloud` since the stack was last deployed to it: what they did
/// before, other programs and other roles did.
///
/// # Errors
/// When the stack is not deployed there, or the local cloud does not tell.
pub async fn read(cloud: &Cloud, stack: &Stack) -> anyhow::Result<Recorded> {
    let Some(local) = &cloud.local else {
        return Err(Failure::new("only the local cloud records what functions do").exit(Exit::Usage).into());
    };
    let Some(deployed) = deployed::read(cloud, stack).await? else {
        let place = cloud.place();
        return Err(Failure::new(format!(
            "`{}` is not deployed to {place}, so that nothing is recorded",
            stack.name()
        ))
        .exit(Exit::NoSuchStack)
        .help(format!("`{}`, then use the system", cloud.command_line("deploy", stack)))
        .into());
    };
    let resources = cloudformation::resources(cloud, stack.stack_name()).await?;
    let names = Names::of(Home::of(cloud, stack, &deployed), &resources, &deployed.snapshot.resolved_resources());
    let recorded = local::calls(local).await?;
    let calls = recorded.calls.iter().filter(|call| call.last >= deployed.changed);
    Ok(Recorded { calls: calls::of_stack(stack, &names, calls), left_out: recorded.left_out })
}

impl Recorded {
    /// The functions that made a call.
    #[must_use]
    pub fn functions(&self) -> BTreeSet<&str> {
        self.calls.iter().map(|call| call.function.as_str()).collect()
    }

    /// What the function `id` did.
    pub fn of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a RecordedCall> {
        self.calls.iter().filter(move |call| call.function == id)
    }

    /// How it shows that the function `id` uses `action` on `resource`, when it does.
    #[must_use]
    pub fn use_of(&self, id: &str, action: &Action, resource: &str) -> Option<String> {
        let name = shown(resource);
        let call = self.of(id).find(|call| call.allowed && action.covers(&call.action) && call.resource == name)?;
        Some(call.evidence())
    }
}

impl RecordedCall {
    /// What it shows.
    #[must_use]
    pub fn evidence(&self) -> String {
        let answer = if self.allowed { "allowed" } else { "denied" };
        format!("`{}` on `{}` was {answer} in the local cloud", self.action, self.resource)
    }
}
