//! Brings a stack to rest that a deployment left half-way: followed when its engine was killed, recovered when asked.

use aws_sdk_cloudformation::types::StackStatus;

use super::deployed::{self, Deployed};
use super::events::{self, Operation};
use super::operation::{End, Kind, Starter};
use super::stack_instance::StackInstance;
use super::{refactor, removal};
use crate::cloud::explain;
use crate::failure::Failure;
use crate::ui;

/// What is deployed under the stack's name; `None` when nothing is.
///
/// An operation that CloudFormation goes on with and that nobody follows any more, because the engine that began it was
/// killed, is followed to its end first. One that another engine follows is left to it.
///
/// # Errors
/// When CloudFormation cannot be asked.
pub async fn read(instance: &StackInstance<'_>) -> anyhow::Result<Option<Deployed>> {
    let StackInstance { stack, cloud, label, .. } = instance;
    let found = deployed::read(cloud, stack).await?;
    let Some(deployed) = found.as_ref().filter(|deployed| deployed.is_in_progress()) else { return Ok(found) };
    let token = events::last_token(cloud, &deployed.id).await?.unwrap_or_default();
    let Some(starter) = Starter::of(&token).filter(Starter::is_gone) else {
        // Not every endpoint knows the call, and not everybody may make it.
        let Ok(Some((id, starter))) = refactor::orphaned(cloud, &deployed.id).await else { return Ok(found) };
        ui::say(format!("{label}: resumes the move of resources by {starter}, which was interrupted"));
        if let Err(error) = refactor::follow(cloud, &format!("`{label}`"), &id).await {
            ui::warn(error);
        }
        return deployed::read(cloud, stack).await;
    };
    ui::say(format!("{label}: resumes the `{}` of {starter}, which was interrupted", starter.command));
    let kind = match deployed.status {
        StackStatus::DeleteInProgress => Kind::Deletion,
        StackStatus::CreateInProgress | StackStatus::RollbackInProgress => Kind::Creation,
        _ => Kind::Update,
    };
    let resources = deployed.snapshot.template.section("Resources").map(|(id, _)| id).collect();
    let operation = Operation { kind, stack, stack_id: &deployed.id, token: &token, resources };
    let ended = events::follow(cloud, &operation).await?;
    if ended.end == End::Failure {
        // Whoever resumes it goes on from the state that it left.
        ui::warn(ended.failure(stack));
    }
    deployed::read(cloud, stack).await
}

/// Takes a stack out of a state that no deployment can leave, after a yes. Nothing is done to one that is at rest.
///
/// # Errors
/// When it was answered with no, or the recovery fails.
pub async fn recover(instance: &StackInstance<'_>, role_arn: Option<&str>, yes: bool) -> anyhow::Result<()> {
    let StackInstance { stack, cloud, label, .. } = instance;
    let Some(deployed) = read(instance).await? else { return Ok(()) };
    deployed.require_own(cloud, stack)?;
    let status = deployed.status.as_str();
    match status {
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED" => {
            let Some(survey) = removal::survey(instance, &[]).await? else { return Ok(()) };
            ui::say(format!("{label} is in the state {status}: what is left of it is deleted first"));
            removal::show(instance, &survey, !yes);
            let held: Vec<_> = survey.held().collect();
            if !held.is_empty() {
                return Err(Failure::new(format!("`{label}` holds data: {}; nothing was deleted", held.join(", ")))
                    .help(format!("`{} --force` destroys the data, too", cloud.command_line("destroy", stack)))
                    .into());
            }
            ui::confirm(&format!("delete what is left of `{label}`"), yes)?;
            removal::remove(instance, &survey, role_arn).await.map(|_| ())
        }
        "UPDATE_ROLLBACK_FAILED" => {
            ui::confirm(&format!("continue the rollback of `{label}`"), yes)?;
            let token = Starter::this("recover").token();
            let call = cloud.cloudformation.continue_update_rollback().stack_name(&deployed.id);
            let call = call.set_role_arn(role_arn.map(str::to_owned)).client_request_token(&token);
            call.send().await.map_err(explain)?;
            follow_rollback(instance, &deployed, &token).await
        }
        "UPDATE_FAILED" => {
            ui::confirm(&format!("take the last update of `{label}` back"), yes)?;
            let token = Starter::this("recover").token();
            let call = cloud.cloudformation.rollback_stack().stack_name(&deployed.id);
            let call = call.set_role_arn(role_arn.map(str::to_owned)).client_request_token(&token);
            call.send().await.map_err(explain)?;
            follow_rollback(instance, &deployed, &token).await
        }
        _ => Ok(()),
    }
}

async fn follow_rollback(instance: &StackInstance<'_>, deployed: &Deployed, token: &str) -> anyhow::Result<()> {
    let StackInstance { stack, cloud, .. } = instance;
    let resources = deployed.snapshot.template.section("Resources").map(|(id, _)| id).collect();
    let operation = Operation { kind: Kind::Rollback, stack, stack_id: &deployed.id, token, resources };
    let ended = events::follow(cloud, &operation).await?;
    if ended.end == End::Success {
        return Ok(());
    }
    let recover = format!("{} --recover", cloud.command_line("deploy", stack));
    Err(ended.failure(stack).help(format!("repair what the rollback failed on, then `{recover}` again")).into())
}
