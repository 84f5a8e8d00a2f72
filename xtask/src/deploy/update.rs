//! One update of a stack: a change set, its execution, and what CloudFormation leaves behind.

use std::time::Duration;

use plan::{Action, Plan, Snapshot};

use super::change_set::{self, ChangeSet, Request, Settings};
use super::events::{self, Ended, NotDeleted, Operation};
use super::interrupt::Interrupt;
use super::operation::{End, Kind, Starter};
use super::stack_instance::StackInstance;
use super::{deployed, removal};
use crate::cloud::explain;
use crate::failure::Failure;
use crate::prepare::Prepared;
use crate::ui;

/// After how long the name of what was deleted is given again.
const NAME_FREE: Duration = Duration::from_mins(1);

/// An update, or the creation, of a stack.
#[derive(Debug, Clone, Copy)]
pub struct Update<'a> {
    /// What it changes.
    pub plan: &'a Plan,
    /// What shall be deployed.
    pub after: &'a Snapshot,
    /// The deployment that it is part of.
    pub prepared: &'a Prepared,
    /// How CloudFormation is to work.
    pub settings: &'a Settings,
    /// Ctrl-C.
    pub interrupt: Option<&'a Interrupt>,
}

/// Has CloudFormation carry it out; once more where a name was not free yet.
///
/// # Errors
/// When CloudFormation refuses it, it fails, or somebody else is at work.
pub async fn run(instance: &StackInstance<'_>, update: &Update<'_>) -> anyhow::Result<()> {
    let Some(ended) = attempt(instance, update).await? else { return Ok(()) };
    let ended = if ended.was_too_early() {
        ui::warn(ended.failure(instance.stack));
        ui::say(format!("  a name that was just deleted is given again after {} s: waits", NAME_FREE.as_secs()));
        tokio::select! {
            () = change_set::pause(NAME_FREE) => {}
            () = raised(update.interrupt) => {}
        }
        let Some(ended) = attempt(instance, update).await? else { return Ok(()) };
        ended
    } else {
        ended
    };
    match ended.end {
        End::Success => clean_up(instance, update, ended.not_deleted()).await,
        End::Failure => Err(failed(instance, &ended)),
    }
}

/// How it ended; nothing when CloudFormation saw nothing to change.
async fn attempt(instance: &StackInstance<'_>, update: &Update<'_>) -> anyhow::Result<Option<Ended>> {
    let StackInstance { stack, cloud, .. } = instance;
    let Update { plan, after, prepared, settings, interrupt } = update;
    require_not_interrupted(instance, *interrupt)?;
    let request = Request {
        stack,
        template: &after.template,
        parameters: &after.parameters,
        tags: &after.tags,
        exists: prepared.deployed.is_some(),
        imports: prepared.plan.resources.iter().any(|change| change.action == Action::Import),
        bucket: &prepared.bucket,
        settings,
    };
    let set = match change_set::create(cloud, &request).await {
        Ok(set) => set,
        Err(error) => return Err(other_deployment(instance, prepared).await.unwrap_or(error)),
    };
    let begun = begin(instance, update, &set).await;
    if !matches!(begun, Ok(true)) {
        // Why nothing was begun is what the user has to know.
        if let Err(error) = change_set::discard(cloud, &set).await {
            ui::detail(format!("the change set `{}` was left: {error}", set.token));
        }
    }
    match begun {
        Ok(true) => {}
        Ok(false) => {
            ui::detail("CloudFormation sees nothing to change");
            return Ok(None);
        }
        Err(error) => return Err(other_deployment(instance, prepared).await.unwrap_or(error)),
    }
    let resources = plan.resources.iter().map(|change| change.id.as_str()).collect();
    let kind = if prepared.deployed.is_some() { Kind::Update } else { Kind::Creation };
    let operation = Operation { kind, stack, stack_id: &set.stack_id, token: &set.token, resources };
    tokio::select! {
        ended = events::follow(cloud, &operation) => Ok(Some(ended?)),
        () = raised(*interrupt) => Err(detached(instance)),
    }
}

async fn raised(interrupt: Option<&Interrupt>) {
    match interrupt {
        Some(interrupt) => interrupt.raised().await,
        None => std::future::pending().await,
    }
}

/// Has CloudFormation begin to execute a change set that is as planned; `false` when it sees nothing to change.
async fn begin(instance: &StackInstance<'_>, update: &Update<'_>, set: &ChangeSet) -> anyhow::Result<bool> {
    let StackInstance { stack, cloud, .. } = instance;
    if !change_set::wait(cloud, stack, set).await? {
        return Ok(false);
    }
    change_set::require_planned(cloud, stack, set, update.plan).await?;
    require_not_interrupted(instance, update.interrupt)?;
    change_set::execute(cloud, set, update.settings).await?;
    Ok(true)
}

fn failed(instance: &StackInstance<'_>, ended: &Ended) -> anyhow::Error {
    let failure = ended.failure(instance.stack);
    let deploy = instance.cloud.command_line("deploy", instance.stack);
    match ended.status.as_str() {
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED" | "UPDATE_ROLLBACK_FAILED" => {
            failure.help(format!("correct it, then `{deploy} --recover`"))
        }
        "UPDATE_FAILED" => {
            failure.help(format!("correct it, and deploy again; `{deploy} --recover` takes the update back first"))
        }
        _ => failure,
    }
    .into()
}

/// Who is at work on the stack now, or was since it was read, if anybody.
async fn other_deployment(instance: &StackInstance<'_>, prepared: &Prepared) -> Option<anyhow::Error> {
    let StackInstance { stack, cloud, .. } = instance;
    let now = deployed::read(cloud, stack).await.ok()??;
    if now.is_in_progress() {
        return Some(deployed::busy(cloud, stack, &now.id, now.status.as_str()).await);
    }
    let before = prepared.deployed.as_ref();
    if before.is_some_and(|before| before.id == now.id && before.changed == now.changed) {
        return None;
    }
    // An earlier step of this very deployment is nobody else's.
    let token = events::last_token(cloud, &now.id).await.ok()??;
    let is_this = Starter::of(&token).is_some_and(|starter| starter.is_this_process());
    (!is_this).then(|| deployed::overtaken(stack))
}

/// CloudFormation leaves what it could not delete, and calls the update complete. A bucket whose loss the plan showed is
/// emptied and deleted; anything else is named.
async fn clean_up(instance: &StackInstance<'_>, update: &Update<'_>, left: Vec<NotDeleted>) -> anyhow::Result<()> {
    for NotDeleted { resource, reason } in left {
        let is_shown = update.prepared.plan.losses().any(|change| change.id == resource.id);
        if is_shown && resource.resource_type == "AWS::S3::Bucket" {
            removal::empty(instance.cloud, &resource).await?;
            let call = instance.cloud.s3.delete_bucket().bucket(&resource.physical_id);
            call.expected_bucket_owner(&instance.cloud.account).send().await.map_err(explain)?;
            ui::say(format!("  deleted {}, which CloudFormation had left behind", resource.id));
            continue;
        }
        let (id, physical_id, kind) = (&resource.id, &resource.physical_id, &resource.resource_type);
        ui::warn(format!("{id} was left behind as `{physical_id}` ({kind}), outside of the stack: {reason}"));
    }
    Ok(())
}

fn detached(instance: &StackInstance<'_>) -> anyhow::Error {
    Failure::new(format!("detached from `{}`; CloudFormation goes on with the deployment", instance.label))
        .help("deploy again to see how it ends: it is followed to its end first")
        .into()
}

/// Stops before something begins after a Ctrl-C.
///
/// # Errors
/// When there was one.
pub fn require_not_interrupted(instance: &StackInstance<'_>, interrupt: Option<&Interrupt>) -> anyhow::Result<()> {
    if interrupt.is_some_and(Interrupt::is_raised) {
        let message = format!("interrupted before the deployment of `{}` began", instance.label);
        return Err(Failure::new(message).into());
    }
    Ok(())
}
