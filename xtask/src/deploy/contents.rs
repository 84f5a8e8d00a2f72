//! What the resources of a deployed stack hold, for everyone who is about to delete them.

use aws_sdk_cloudformation::types::StackResourceSummary;
use aws_sdk_sqs::types::QueueAttributeName;

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

/// The resources of the stack `name`, as CloudFormation lists them.
pub async fn resources(cloud: &Cloud, name: &str) -> anyhow::Result<Vec<Resource>> {
    let mut pages = cloud.cloudformation.list_stack_resources().stack_name(name).into_paginator().items().send();
    let mut resources = Vec::new();
    while let Some(summary) = pages.next().await {
        resources.extend(resource(&summary.map_err(explain)?));
    }
    Ok(resources)
}

fn resource(summary: &StackResourceSummary) -> Option<Resource> {
    Some(Resource {
        id: summary.logical_resource_id()?.to_owned(),
        resource_type: summary.resource_type()?.to_owned(),
        physical_id: summary.physical_resource_id().filter(|id| !id.is_empty())?.to_owned(),
    })
}

/// How much a resource holds: `1,204 items`, `3 messages`; `None` when it is empty or holds nothing by nature.
pub async fn of(cloud: &Cloud, resource: &Resource) -> anyhow::Result<Option<String>> {
    let (count, unit) = match resource.resource_type.as_str() {
        "AWS::DynamoDB::Table" => (items(cloud, &resource.physical_id).await?, "item"),
        "AWS::SQS::Queue" => (messages(cloud, &resource.physical_id).await?, "message"),
        "AWS::S3::Bucket" => (objects(cloud, &resource.physical_id).await?, "object"),
        _ => (0, ""),
    };
    Ok((count > 0).then(|| format!("{} {unit}{}", grouped(count), if count == 1 { "" } else { "s" })))
}

/// `DescribeTable` counts items only every six hours, so an empty answer is asked again of the table itself.
async fn items(cloud: &Cloud, table: &str) -> anyhow::Result<u64> {
    let described = cloud.dynamodb.describe_table().table_name(table).send().await.map_err(explain)?;
    let counted = described.table().and_then(aws_sdk_dynamodb::types::TableDescription::item_count).unwrap_or_default();
    if counted > 0 {
        return Ok(counted.unsigned_abs());
    }
    let scan = cloud.dynamodb.scan().table_name(table).select(aws_sdk_dynamodb::types::Select::Count).limit(1000);
    let page = scan.send().await.map_err(explain)?;
    Ok(page.count().unsigned_abs().into())
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

async fn objects(cloud: &Cloud, bucket: &str) -> anyhow::Result<u64> {
    let mut count = 0;
    let mut pages = cloud.s3.list_objects_v2().bucket(bucket).into_paginator().send();
    while let Some(page) = pages.next().await {
        count += u64::from(page.map_err(explain)?.key_count().unwrap_or_default().unsigned_abs());
    }
    Ok(count)
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
