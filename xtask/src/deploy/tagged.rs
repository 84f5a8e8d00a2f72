//! The stacks of a project that are deployed, known by their tags.

use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types::StackStatus;

use super::change_set::{STACK_TAG, STAGE_TAG};
use crate::cloud::{Cloud, explain};
use crate::select::PROJECT_TAG;

/// A deployed stack.
#[derive(Debug)]
pub struct Tagged {
    /// Its name on the command line.
    pub name: String,
    /// CloudFormation's name of it.
    pub stack_name: String,
    /// Its state.
    pub status: StackStatus,
    /// When it was last changed, in seconds since the epoch.
    pub changed: i64,
}

/// The stacks of `project` in `stage` that are deployed to `cloud`, with one call for each page of all stacks.
///
/// # Errors
/// When CloudFormation cannot list the stacks.
pub async fn find(cloud: &Cloud, project: &str, stage: &str) -> anyhow::Result<Vec<Tagged>> {
    let mut found = Vec::new();
    let mut stacks = cloud.cloudformation.describe_stacks().into_paginator().items().send();
    while let Some(stack) = stacks.next().await {
        let stack = stack.map_err(explain)?;
        let tag = |key: &str| stack.tags().iter().find(|tag| tag.key() == Some(key)).and_then(|tag| tag.value());
        let is_ours = tag(PROJECT_TAG) == Some(project) && tag(STAGE_TAG) == Some(stage);
        let (Some(name), Some(stack_name), Some(status)) =
            (tag(STACK_TAG).filter(|_| is_ours), stack.stack_name(), stack.stack_status())
        else {
            continue;
        };
        if *status == StackStatus::DeleteComplete {
            continue;
        }
        found.push(Tagged {
            name: name.to_owned(),
            stack_name: stack_name.to_owned(),
            status: status.clone(),
            changed: stack.last_updated_time().or(stack.creation_time()).map_or(0, DateTime::secs),
        });
    }
    Ok(found)
}
