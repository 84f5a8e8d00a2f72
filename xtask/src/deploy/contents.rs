//! What the resources of a deployed stack hold, for everyone who is about to delete them.

use aws_sdk_cloudformation::types::{ResourceStatus, StackResourceSummary};
use aws_sdk_dynamodb::types::{Select, TableDescription};
use aws_sdk_sqs::types::QueueAttributeName;
use infra::facts::{self, Holds};

use super::{buckets, existing};
use crate::cloud::{Cloud, explain};

/// How many items are counted exactly.
const SCANNED_ITEMS: i32 = 1_000;

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

/// The resources of the stack `name`, as CloudFormation lists them.
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

/// How much an existing resource holds: `1,204 items`, `3 messages`, or what it is where that is not counted, such as
/// `data` of a database; `None` when it is empty or holds nothing by nature.
pub async fn of(cloud: &Cloud, resource: &Resource) -> anyhow::Result<Option<String>> {
    if existing::exists(cloud, resource).await? == Some(false) {
        return Ok(None);
    }
    let id = &resource.physical_id;
    match resource.resource_type.as_str() {
        "AWS::DynamoDB::Table" => items(cloud, id).await,
        "AWS::S3::Bucket" => buckets::contents(cloud, id).await,
        "AWS::SQS::Queue" => {
            let count = messages(cloud, id).await?;
            Ok((count > 0).then(|| quantity(count, "message")))
        }
        other => Ok(match facts::holds(other) {
            Holds::Uncounted(what) => Some(what.to_owned()),
            Holds::Counted(_) | Holds::Nothing => None,
        }),
    }
}

/// `1,204 items`.
pub(super) fn quantity(count: u64, unit: &str) -> String {
    format!("{} {unit}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `DescribeTable` counts items only every six hours, so the table itself is asked first.
async fn items(cloud: &Cloud, table: &str) -> anyhow::Result<Option<String>> {
    let scan = cloud.dynamodb.scan().table_name(table).select(Select::Count).limit(SCANNED_ITEMS);
    let page = scan.send().await.map_err(explain)?;
    let scanned = u64::from(page.count().unsigned_abs());
    if page.last_evaluated_key().is_none() {
        return Ok((scanned > 0).then(|| quantity(scanned, "item")));
    }
    let described = cloud.dynamodb.describe_table().table_name(table).send().await.map_err(explain)?;
    let counted = described.table().and_then(TableDescription::item_count).unwrap_or_default().unsigned_abs();
    Ok(Some(if counted > scanned {
        format!("about {}", quantity(counted, "item"))
    } else {
        format!("at least {}", quantity(scanned, "item"))
    }))
}

async fn messages(cloud: &Cloud, url: &str) -> anyhow::Result<u64> {
    let counters = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ];
    let call = cloud.sqs.get_queue_attributes().queue_url(url).set_attribute_names(Some(counters.to_vec()));
    let answer = call.send().await.map_err(explain)?;
    let values = answer.attributes().into_iter().flat_map(|attributes| attributes.values());
    Ok(values.filter_map(|value| value.parse::<u64>().ok()).sum())
}

/// `1204` as `1,204`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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

    #[test]
    fn counts_are_grouped_by_thousands() {
        for (count, text) in [(0, "0"), (999, "999"), (1_204, "1,204"), (1_000_000, "1,000,000")] {
            assert_eq!(grouped(count), text);
        }
    }
}
