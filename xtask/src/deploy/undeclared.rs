//! Stacks of the project that are deployed and no longer in its source.

use super::deployed;
use super::tagged::{self, Tagged};
use crate::cloud::Cloud;
use crate::select::PROJECT_TAG;
use crate::stack::Stack;

/// The stacks of `project` in `stage` that are deployed to any of `clouds` and whose names `is_wanted`.
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
        for Tagged { name, stack_name, .. } in tagged::find(cloud, project, stage).await? {
            if !is_wanted(&name) || found.iter().any(|known| known.name() == name) {
                continue;
            }
            let Some(deployed) = deployed::read_named(cloud, &stack_name).await? else { continue };
            let mut stack = Stack::undeclared(&name, stage, &stack_name, deployed.snapshot.template);
            stack.add_tag(PROJECT_TAG, project);
            found.push(stack);
        }
    }
    Ok(found)
}
