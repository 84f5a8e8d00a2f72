//! SQS.

mod moves;

use serde_json::{Map, Value as Json, json};

use super::{attributes, body, text};
use crate::account::Account;
use crate::http::{ACCOUNT, Refusal, Request};

const QUEUE: &str = "AWS::SQS::Queue";

/// Properties of the template that are attributes of the same name.
const ATTRIBUTES: [&str; 12] = [
    "VisibilityTimeout",
    "MessageRetentionPeriod",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "MaximumMessageSize",
    "FifoQueue",
    "ContentBasedDeduplication",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "KmsMasterKeyId",
    "DeduplicationScope",
    "FifoThroughputLimit",
];

/// What a queue has that its template does not say.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
const DEFAULTS: [(&str, &str); 5] = [
    ("VisibilityTimeout", "30"),
    ("MessageRetentionPeriod", "345600"),
    ("DelaySeconds", "0"),
    ("ReceiveMessageWaitTimeSeconds", "0"),
    ("MaximumMessageSize", "1048576"),
];

/// Carries a call out.
pub(super) fn call(account: &mut Account, request: &Request, operation: &str) -> Result<Json, Refusal> {
    let body = body(request);
    if operation.ends_with("MessageMoveTask") || operation.ends_with("MessageMoveTasks") {
        return moves::call(account, &body, operation);
    }
    let url = match text(&body, "QueueName") {
        "" => text(&body, "QueueUrl").to_owned(),
        name => format!("https://sqs.{}.amazonaws.com/{ACCOUNT}/{name}", request.region),
    };
    let count = account.holds(&url);
    // It answers for a while for a queue that is deleted.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
    let live = account.find(QUEUE, &request.region, &url).or_else(|| account.lingering(QUEUE, &request.region, &url));
    let Some(live) = live else {
        return Err(Refusal::new(400, "QueueDoesNotExist", "The specified queue does not exist."));
    };
    if operation == "SetQueueAttributes" {
        let physical_id = live.id.clone();
        let live = account.live.iter_mut().find(|live| live.id == physical_id);
        let attributes = body.get("Attributes").and_then(Json::as_object).into_iter().flatten();
        if let Some(live) = live {
            attributes.for_each(|(name, value)| live.set(name, value.clone()));
        }
        return Ok(json!({}));
    }
    match operation {
        "GetQueueUrl" => Ok(json!({ "QueueUrl": url })),
        "GetQueueAttributes" => {
            let mut values: Map<String, Json> = Map::new();
            values.extend(DEFAULTS.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
            values.extend(attributes(live, &ATTRIBUTES).into_iter().map(|(name, value)| (name, value.into())));
            // SQS does not list a truth value that is false.
            values.retain(|_, value| value != "false");
            values.insert("QueueArn".to_owned(), live.arn().into());
            let policy = account.policy_of("AWS::SQS::QueuePolicy", &request.region, "Queues", &url);
            values.extend(policy.map(|policy| ("Policy".to_owned(), policy.into())));
            values.insert("ApproximateNumberOfMessages".to_owned(), count.to_string().into());
            values.insert("ApproximateNumberOfMessagesNotVisible".to_owned(), "0".into());
            values.insert("ApproximateNumberOfMessagesDelayed".to_owned(), "0".into());
            let wanted: Vec<&str> = body
                .get("AttributeNames")
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .collect();
            values.retain(|name, _| wanted.contains(&"All") || wanted.contains(&name.as_str()));
            Ok(json!({ "Attributes": values }))
        }
        other => Err(Refusal::not_implemented("sqs", other)),
    }
}
