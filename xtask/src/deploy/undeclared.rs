//! Stacks of the project that are deployed and no longer in its source.

use aws_sdk_cloudformation::types::StackStatus;

use super::change_set::{STACK_TAG, STAGE_TAG};
use super::deployed;
use crate::cloud::{Cloud, explain};
use crate::select::PROJECT_TAG;
use crate::stack::Stack;

/// The stacks of `project` in `stage` that are deployed to any of `clouds` and whose names `is_wanted`, known by their
/// tags.
///
/// # Errors
/// When CloudFormation cannot list the stacks.
pub async fn find(
    clouds: &[Cloud],
    project: &str,
    stage: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> anyhow::Result<Vec<Stack>> {
    let mut found: Vec<Stack> = Vec::new();
    for cloud in clouds {
        let mut stacks = cloud.cloudformation.describe_stacks().into_paginator().items().send();
        while let Some(described) = stacks.next().await {
            let described = described.map_err(explain)?;
            let tag =
                |key: &str| described.tags().iter().find(|tag| tag.key() == Some(key)).and_then(|tag| tag.value());
            let is_gone = described.stack_status() == Some(&StackStatus::DeleteComplete);
            let is_ours = tag(PROJECT_TAG) == Some(project) && tag(STAGE_TAG) == Some(stage) && !is_gone;
            let (Some(name), Some(stack_name)) = (tag(STACK_TAG).filter(|_| is_ours), described.stack_name()) else {
                continue;
            };
            if !is_wanted(name) || found.iter().any(|known| known.name() == name) {
                continue;
            }
            let Some(deployed) = deployed::read_named(cloud, stack_name).await? else { continue };
            let mut stack = Stack::undeclared(name, stage, stack_name, deployed.snapshot.template);
            stack.add_tag(PROJECT_TAG, project);
            found.push(stack);
        }
    }
    Ok(found)
}
