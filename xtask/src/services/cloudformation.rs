//! The resources of a stack, as CloudFormation lists them.

use aws_sdk_cloudformation::types::{ResourceStatus, StackResourceSummary};

use crate::cloud::{Cloud, explain};

/// A resource of a deployed stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its logical id.
    pub id: String,
    /// Its type.
    pub resource_type: String,
    /// Its name, ARN, URL or id.
    pub physical_id: String,
}

/// The resources of the stack `name`.
///
/// # Errors
/// When CloudFormation refuses to list them.
pub async fn resources(cloud: &Cloud, name: &str) -> anyhow::Result<Vec<Resource>> {
    let mut pages = cloud.cloudformation.list_stack_resources().stack_name(name).into_paginator().items().send();
    let mut resources = Vec::new();
    while let Some(summary) = pages.next().await {
        resources.extend(resource(&summary.map_err(explain)?));
    }
    Ok(resources)
}

/// CloudFormation goes on listing what it has deleted, for example when it rolled back a creation.
fn resource(summary: &StackResourceSummary) -> Option<Resource> {
    if summary.resource_status() == Some(&ResourceStatus::DeleteComplete) {
        return None;
    }
    Some(Resource {
        id: summary.logical_resource_id()?.to_owned(),
        resource_type: summary.resource_type()?.to_owned(),
        physical_id: summary.physical_resource_id().filter(|id| !id.is_empty())?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rollback_deleted_is_no_longer_there() {
        let summary = StackResourceSummary::builder()
            .logical_resource_id("Orders")
            .physical_resource_id("orders")
            .resource_type("AWS::DynamoDB::Table");
        let created = summary.clone().resource_status(ResourceStatus::CreateComplete).build();
        let deleted = summary.resource_status(ResourceStatus::DeleteComplete).build();
        assert_eq!(resource(&created).map(|resource| resource.physical_id).as_deref(), Some("orders"));
        assert_eq!(resource(&deleted), None);
    }
}
