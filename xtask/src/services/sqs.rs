//! SQS queues: their messages, attributes and policies, and where failed messages go.

mod backup;

use std::path::Path;

use aws_sdk_sqs::types::QueueAttributeName;
use futures::FutureExt as _;
use serde_json::Value as Json;

use super::deviation::{Deviation, Live};
use super::existence::{found, unless_missing};
use super::{Answer, Backup, ResourceType, policy, quantity};
use crate::cloud::{Cloud, explain};

pub(super) const TYPES: &[(&str, &dyn ResourceType)] =
    &[("AWS::SQS::Queue", &Queue), ("AWS::SQS::QueuePolicy", &QueuePolicy)];

/// Properties of the template that are attributes of the same name.
const ATTRIBUTES: [(&str, QueueAttributeName); 7] = [
    ("VisibilityTimeout", QueueAttributeName::VisibilityTimeout),
    ("MessageRetentionPeriod", QueueAttributeName::MessageRetentionPeriod),
    ("DelaySeconds", QueueAttributeName::DelaySeconds),
    ("ReceiveMessageWaitTimeSeconds", QueueAttributeName::ReceiveMessageWaitTimeSeconds),
    ("MaximumMessageSize", QueueAttributeName::MaximumMessageSize),
    ("FifoQueue", QueueAttributeName::FifoQueue),
    ("ContentBasedDeduplication", QueueAttributeName::ContentBasedDeduplication),
];

struct Queue;

impl ResourceType for Queue {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        // A queue's physical id is its URL, which ends in its name.
        let name = id.rsplit('/').next().unwrap_or(id);
        async move { found(cloud.sqs.get_queue_url().queue_name(name).send().await) }.boxed()
    }

    fn contents<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<String>> {
        async move {
            let count = messages(cloud, id).await?;
            Ok((count > 0).then(|| quantity(count, "message")))
        }
        .boxed()
    }

    fn backup(&self) -> Option<&dyn Backup> {
        Some(self)
    }

    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(deviations(live).boxed())
    }
}

struct QueuePolicy;

impl ResourceType for QueuePolicy {
    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(policy_deviations(live).boxed())
    }
}

async fn policy_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let mut deviations = Vec::new();
    for (index, queue) in live.listed("Queues") {
        let call = live.cloud.sqs.get_queue_attributes().queue_url(queue);
        let answer = unless_missing(call.attribute_names(QueueAttributeName::Policy).send().await)?;
        let policy = answer.as_ref().and_then(|answer| answer.attributes()?.get(&QueueAttributeName::Policy));
        deviations.extend(policy::deviation(live, "Queues", index, policy.map(String::as_str)));
    }
    Ok(deviations)
}

impl Backup for Queue {
    fn back_up<'a>(&self, cloud: &'a Cloud, id: &'a str, folder: &'a Path) -> Answer<'a, u64> {
        backup::back_up(cloud, id, folder).boxed()
    }

    fn restore<'a>(&self, cloud: &'a Cloud, id: &'a str, folder: &'a Path) -> Answer<'a, u64> {
        backup::restore(cloud, id, folder).boxed()
    }

    /// A FIFO queue gives the next messages of a group only when the first are deleted.
    fn moves(&self) -> bool {
        true
    }
}

async fn messages(cloud: &Cloud, url: &str) -> anyhow::Result<u64> {
    let counters = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ];
    let call = cloud.sqs.get_queue_attributes().queue_url(url).set_attribute_names(Some(counters.to_vec()));
    let Some(answer) = unless_missing(call.send().await)? else { return Ok(0) };
    let values = answer.attributes().into_iter().flat_map(|attributes| attributes.values());
    Ok(values.filter_map(|value| value.parse::<u64>().ok()).sum())
}

async fn deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let call = live.cloud.sqs.get_queue_attributes().queue_url(live.physical_id());
    let answer = call.attribute_names(QueueAttributeName::All).send().await;
    let Some(answer) = unless_missing(answer)? else { return Ok(live.missing()) };
    let value = |name: &QueueAttributeName| answer.attributes()?.get(name).cloned();

    let mut deviations = Vec::new();
    for (property, attribute) in &ATTRIBUTES {
        // SQS does not list a truth value that is false.
        let unset = live.property(property).is_some_and(Json::is_boolean).then(|| "false".to_owned());
        let Some(deviation) = live.compare(property, value(attribute).or(unset)) else { continue };
        if *attribute == QueueAttributeName::FifoQueue {
            // A queue never changes its kind.
            deviations.push(deviation);
            continue;
        }
        let call = live.cloud.sqs.set_queue_attributes().queue_url(live.physical_id());
        let call = call.attributes(attribute.clone(), &deviation.expected);
        deviations.push(deviation.repaired_by(async move { call.send().await.map(|_| ()).map_err(explain) }));
    }
    if let Some(expected) = live.property("RedrivePolicy.maxReceiveCount") {
        let policy = value(&QueueAttributeName::RedrivePolicy).unwrap_or_default();
        let policy: Json = serde_json::from_str(&policy).unwrap_or_default();
        let text = |count: &Json| count.as_str().map_or_else(|| count.to_string(), str::to_owned);
        let actual = policy.get("maxReceiveCount").map(text);
        if actual != Some(text(expected)) {
            deviations.push(live.deviation("RedrivePolicy.maxReceiveCount", text(expected), actual));
        }
    }
    Ok(deviations)
}
