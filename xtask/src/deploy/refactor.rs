//! Gives resources of a stack other logical ids, by a stack refactor of CloudFormation.
//!
//! A refactor makes, changes and deletes nothing: it takes the deployed template with other ids.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html>

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use aws_sdk_cloudformation::types::{
    ResourceLocation, ResourceMapping, StackDefinition, StackRefactorExecutionStatus as Execution, StackRefactorStatus,
};
use infra::Template;
use infra::plan::Move;

use super::change_set::{Poll, TemplateSource};
use super::operation::Starter;
use super::stack_instance::StackInstance;
use crate::assets::bucket::Bucket;
use crate::cloud::{Cloud, explain};
use crate::failure::Failure;
use crate::ui;

/// Has CloudFormation carry out `moves`; `template` is what is deployed, with the new ids.
///
/// # Errors
/// When CloudFormation refuses it, which changes nothing.
pub async fn run(
    instance: &StackInstance<'_>,
    template: &Template,
    moves: &[Move],
    bucket: &Bucket,
) -> anyhow::Result<()> {
    let StackInstance { stack, cloud, .. } = instance;
    let name = stack.stack_name();
    let source = TemplateSource::of(cloud, bucket, name, template).await?;
    let definition = StackDefinition::builder().stack_name(name);
    let definition = definition.set_template_body(source.body).set_template_url(source.url).build();
    let location = |id: &str| ResourceLocation::builder().stack_name(name).logical_resource_id(id).build();
    let mappings: Vec<_> = moves
        .iter()
        .map(|it| ResourceMapping::builder().source(location(&it.from)).destination(location(&it.to)).build())
        .collect();
    // The call takes no token: whoever resumes it knows it by its description.
    let call = cloud.cloudformation.create_stack_refactor().description(Starter::this("deploy").token());
    let created = call.stack_definitions(definition).set_resource_mappings(Some(mappings)).send().await;
    let created = created.map_err(|error| match error.code() {
        Some("InvalidAction" | "UnsupportedOperation" | "NotImplemented" | "UnknownOperationException") => {
            Failure::new(format!("{} has no stack refactors, by which a resource gets another id", cloud.place()))
                .help("keep the logical ids that are deployed")
                .into()
        }
        _ => explain(error),
    })?;
    let id = created.stack_refactor_id().unwrap_or_default();
    wait_until_created(instance, id).await?;
    if let Err(error) = cloud.cloudformation.execute_stack_refactor().stack_refactor_id(id).send().await {
        // The answer to a call that did its work may have been lost, and a repetition of it be refused.
        let described = cloud.cloudformation.describe_stack_refactor().stack_refactor_id(id).send().await;
        let is_executed = described.is_ok_and(|described| {
            matches!(described.execution_status(), Some(Execution::ExecuteInProgress | Execution::ExecuteComplete))
        });
        if !is_executed {
            return Err(explain(error));
        }
    }
    follow(instance, id).await?;
    for Move { from, to } in moves {
        let (good, all) = (ui::GOOD, "stays as it is");
        ui::say(format!("  {good}✓{good:#} {to}, which was {from}, {all}"));
    }
    Ok(())
}

async fn wait_until_created(instance: &StackInstance<'_>, id: &str) -> anyhow::Result<()> {
    let cloud = instance.cloud;
    let mut poll = Poll::new(cloud);
    loop {
        let described = cloud.cloudformation.describe_stack_refactor().stack_refactor_id(id).send().await;
        let described = described.map_err(explain)?;
        match described.status() {
            Some(StackRefactorStatus::CreateComplete) => return Ok(()),
            Some(StackRefactorStatus::CreateInProgress) | None => poll.wait().await,
            Some(_) => return Err(refused(instance, described.status_reason())),
        }
    }
}

/// Waits until a refactor that was begun has ended.
///
/// # Errors
/// When it failed: CloudFormation has taken it back.
pub async fn follow(instance: &StackInstance<'_>, id: &str) -> anyhow::Result<()> {
    let cloud = instance.cloud;
    let mut poll = Poll::new(cloud);
    loop {
        let described = cloud.cloudformation.describe_stack_refactor().stack_refactor_id(id).send().await;
        let described = described.map_err(explain)?;
        match described.execution_status() {
            Some(Execution::ExecuteComplete) => return Ok(()),
            // Another operation on the stack made it useless.
            Some(Execution::Obsolete | Execution::ExecuteFailed | Execution::RollbackComplete) => {
                return Err(refused(instance, described.execution_status_reason()));
            }
            Some(Execution::RollbackFailed) => {
                let reason = described.execution_status_reason().unwrap_or("AWS gives no reason");
                return Err(Failure::new(format!(
                    "the resources of `{}` could not be moved back: {reason}",
                    instance.label
                ))
                .help("AWS's support can bring the stack to rest")
                .into());
            }
            _ => poll.wait().await,
        }
    }
}

fn refused(instance: &StackInstance<'_>, reason: Option<&str>) -> anyhow::Error {
    let reason = reason.unwrap_or("AWS gives no reason");
    Failure::new(format!(
        "CloudFormation refused to move resources of `{}`: {reason}; nothing was changed",
        instance.label
    ))
    .help("keep the logical ids that are deployed, or deploy everything else first")
    .into()
}

/// The refactor of the stack that CloudFormation goes on with and whose engine was killed, with who began it.
pub async fn orphaned(cloud: &Cloud, stack_id: &str) -> anyhow::Result<Option<(String, Starter)>> {
    let call = cloud.cloudformation.list_stack_refactors().execution_status_filter(Execution::ExecuteInProgress);
    let mut running = call.into_paginator().items().send();
    while let Some(refactor) = running.next().await {
        let refactor = refactor.map_err(explain)?;
        let starter = refactor.description().and_then(Starter::of).filter(Starter::is_gone);
        let (Some(starter), Some(id)) = (starter, refactor.stack_refactor_id()) else { continue };
        let described = cloud.cloudformation.describe_stack_refactor().stack_refactor_id(id).send().await;
        if described.map_err(explain)?.stack_ids().iter().any(|it| it == stack_id) {
            return Ok(Some((id.to_owned(), starter)));
        }
    }
    Ok(None)
}
