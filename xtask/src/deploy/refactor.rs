//! Moves resources to other logical ids and other stacks, by a stack refactor of CloudFormation.
//!
//! A refactor makes, changes and deletes nothing: it takes the deployed templates with the resources elsewhere.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html>

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use aws_sdk_cloudformation::types::{
    ResourceLocation, ResourceMapping, StackDefinition, StackRefactorExecutionStatus as Execution, StackRefactorStatus,
};
use infra::Template;
use plan::Move;

use super::change_set::{Poll, TemplateSource};
use super::operation::Starter;
use super::stack_instance::StackInstance;
use crate::assets::bucket::Bucket;
use crate::cloud::{Cloud, explain};
use crate::failure::Failure;
use crate::ui;

/// A stack of a refactor.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The stack.
    pub instance: &'a StackInstance<'a>,
    /// What is deployed of it, with its resources where they go.
    pub template: &'a Template,
    /// What moves in it, into it and out of it.
    pub moves: &'a [Move],
    /// Where a large template is uploaded to.
    pub bucket: &'a Bucket,
}

/// Has CloudFormation carry out the moves of all parts, which are in one account and region.
///
/// # Errors
/// When CloudFormation refuses it, which changes nothing.
pub async fn run(parts: &[Part<'_>]) -> anyhow::Result<()> {
    let Some(Part { instance: StackInstance { cloud, .. }, .. }) = parts.first() else { return Ok(()) };
    let labels: Vec<_> = parts.iter().map(|part| format!("`{}`", part.instance.label)).collect();
    let labels = labels.join(", ");
    // The call takes no token: whoever resumes it knows it by its description.
    let mut call = cloud.cloudformation.create_stack_refactor().description(Starter::this("deploy").token());
    for Part { instance, template, moves, bucket } in parts {
        let name = instance.stack.stack_name();
        let source = TemplateSource::of(cloud, bucket, name, template).await?;
        let definition = StackDefinition::builder().stack_name(name);
        call = call.stack_definitions(definition.set_template_body(source.body).set_template_url(source.url).build());
        // A move between stacks is in the lists of both: it is said once, for the stack that gets the resource.
        for Move { from, from_stack, to, .. } in moves.iter().filter(|it| it.to_stack.is_none()) {
            let source = match from_stack {
                Some(from) => named(parts, from).unwrap_or(name),
                None => name,
            };
            let location =
                |stack: &str, id: &str| ResourceLocation::builder().stack_name(stack).logical_resource_id(id).build();
            let mapping = ResourceMapping::builder().source(location(source, from)).destination(location(name, to));
            call = call.resource_mappings(mapping.build());
        }
    }
    let created = call.send().await.map_err(|error| match error.code() {
        Some("InvalidAction" | "UnsupportedOperation" | "NotImplemented" | "UnknownOperationException") => {
            Failure::new(format!("{} has no stack refactors, by which a resource is moved", cloud.place()))
                .help("keep the logical ids and stacks that are deployed")
                .into()
        }
        _ => explain(error),
    })?;
    let id = created.stack_refactor_id().unwrap_or_default();
    wait_until_created(cloud, &labels, id).await?;
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
    follow(cloud, &labels, id).await?;
    for it in parts.iter().flat_map(|part| part.moves).filter(|it| it.to_stack.is_none()) {
        let (good, [from, to]) = (ui::GOOD, it.ends());
        ui::say(format!("  {good}✓{good:#} {to}, which was {from}, stays as it is"));
    }
    Ok(())
}

/// CloudFormation's name of the stack among `parts` that is called `name` on the command line.
fn named<'a>(parts: &[Part<'a>], name: &str) -> Option<&'a str> {
    parts.iter().map(|part| part.instance.stack).find(|stack| stack.name() == name).map(crate::stack::Stack::stack_name)
}

async fn wait_until_created(cloud: &Cloud, labels: &str, id: &str) -> anyhow::Result<()> {
    let mut poll = Poll::new(cloud);
    loop {
        let described = cloud.cloudformation.describe_stack_refactor().stack_refactor_id(id).send().await;
        let described = described.map_err(explain)?;
        match described.status() {
            Some(StackRefactorStatus::CreateComplete) => return Ok(()),
            Some(StackRefactorStatus::CreateInProgress) | None => poll.wait().await,
            Some(_) => return Err(refused(labels, described.status_reason())),
        }
    }
}

/// Waits until a refactor that was begun has ended.
///
/// # Errors
/// When it failed: CloudFormation has taken it back.
pub async fn follow(cloud: &Cloud, labels: &str, id: &str) -> anyhow::Result<()> {
    let mut poll = Poll::new(cloud);
    loop {
        let described = cloud.cloudformation.describe_stack_refactor().stack_refactor_id(id).send().await;
        let described = described.map_err(explain)?;
        match described.execution_status() {
            Some(Execution::ExecuteComplete) => return Ok(()),
            // Another operation on the stack made it useless.
            Some(Execution::Obsolete | Execution::ExecuteFailed | Execution::RollbackComplete) => {
                return Err(refused(labels, described.execution_status_reason()));
            }
            Some(Execution::RollbackFailed) => {
                let reason = described.execution_status_reason().unwrap_or("AWS gives no reason");
                return Err(Failure::new(format!("the resources of {labels} could not be moved back: {reason}"))
                    .help("AWS's support can bring the stack to rest")
                    .into());
            }
            _ => poll.wait().await,
        }
    }
}

fn refused(labels: &str, reason: Option<&str>) -> anyhow::Error {
    let reason = reason.unwrap_or("AWS gives no reason");
    Failure::new(format!("CloudFormation refused to move resources of {labels}: {reason}; nothing was changed"))
        .help("keep the logical ids and stacks that are deployed, or deploy everything else first")
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
