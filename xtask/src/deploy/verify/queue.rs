//! SQS queues: their attributes and where failed messages go.

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value as Json;

use super::{Deviation, Live};
use crate::cloud::explain;

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

pub(super) async fn verify(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let call = live.cloud.sqs.get_queue_attributes().queue_url(&live.resource.physical_id);
    let answer = call.attribute_names(QueueAttributeName::All).send().await.map_err(explain)?;
    let value = |name: &QueueAttributeName| answer.attributes()?.get(name).cloned();

    let mut deviations: Vec<_> = ATTRIBUTES
        .iter()
        .filter_map(|(property, attribute)| {
            // SQS does not list a truth value that is false.
            let unset = live.property(property).is_some_and(Json::is_boolean).then(|| "false".to_owned());
            live.compare(property, value(attribute).or(unset))
        })
        .collect();
    if let Some(expected) = live.property("RedrivePolicy.maxReceiveCount") {
        let policy = value(&QueueAttributeName::RedrivePolicy).unwrap_or_default();
        let policy: Json = serde_json::from_str(&policy).unwrap_or_default();
        let actual = policy.get("maxReceiveCount").map(|count| count.as_str().map_or(count.to_string(), str::to_owned));
        if actual.as_deref() != Some(expected.to_string().as_str()) {
            deviations.push(live.deviation("RedrivePolicy.maxReceiveCount", expected.to_string(), actual));
        }
    }
    Ok(deviations)
}
