//! When the stacks of a project were last changed, in one call for all.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::primitives::DateTime;

use super::change_set::{STACK_TAG, STAGE_TAG};
use crate::cloud::{Cloud, explain};
use crate::select::PROJECT_TAG;

/// When a stack was last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// In seconds since the epoch.
    Since(i64),
    /// CloudFormation works on it.
    InProgress,
}

/// The stacks of `project` in `stage` that are deployed to `cloud`, by name.
///
/// # Errors
/// When CloudFormation cannot list the stacks.
pub async fn read(cloud: &Cloud, project: &str, stage: &str) -> anyhow::Result<BTreeMap<String, Mark>> {
    let mut marks = BTreeMap::new();
    let mut stacks = cloud.cloudformation.describe_stacks().into_paginator().items().send();
    while let Some(described) = stacks.next().await {
        let described = described.map_err(explain)?;
        let tag = |key: &str| described.tags().iter().find(|tag| tag.key() == Some(key)).and_then(|tag| tag.value());
        let status = described.stack_status().map(aws_sdk_cloudformation::types::StackStatus::as_str);
        let status = status.unwrap_or_default();
        // A stack whose first change set was never executed holds nothing.
        let is_there = !matches!(status, "DELETE_COMPLETE" | "REVIEW_IN_PROGRESS");
        let is_ours = tag(PROJECT_TAG) == Some(project) && tag(STAGE_TAG) == Some(stage);
        let Some(name) = tag(STACK_TAG).filter(|_| is_ours && is_there) else { continue };
        let changed = described.last_updated_time().or(described.creation_time()).map_or(0, DateTime::secs);
        let mark = if status.ends_with("_IN_PROGRESS") { Mark::InProgress } else { Mark::Since(changed) };
        marks.insert(name.to_owned(), mark);
    }
    Ok(marks)
}
