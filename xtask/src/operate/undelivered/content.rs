//! What is in dead letters of Lambda and SNS.

use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{Message, MessageAttributeValue};
use aws_smithy_types::base64;
use serde_json::{Map, Value as Json, json};

use crate::failure::Failure;

/// A text among the attributes of a message.
pub(super) fn attribute<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.message_attributes.as_ref()?.get(name)?.string_value()
}

/// The function's ARN, and what it was invoked with, in a record of an invocation that failed.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
pub(super) fn invocation(body: &str) -> Option<(String, Json)> {
    let mut record: Json = serde_json::from_str(body).ok()?;
    let arn = record["requestContext"]["functionArn"].as_str()?.to_owned();
    record["requestContext"]["condition"].as_str()?;
    Some((arn, record.get_mut("requestPayload")?.take()))
}

/// The topic of what SNS sent, and the address that ends the subscription, which ends with its ARN.
/// <https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html>
pub(super) fn notification(body: &str) -> Option<(String, String)> {
    let sent: Json = serde_json::from_str(body).ok()?;
    if sent["Type"] != "Notification" {
        return None;
    }
    let unsubscribe = sent["UnsubscribeURL"].as_str().unwrap_or_default();
    Some((sent["TopicArn"].as_str()?.to_owned(), unsubscribe.to_owned()))
}

/// What is in the notification `content`, whose attributes become those of `message`; what is none is as it was published.
pub(super) fn unwrapped(message: &mut Message, content: &str) -> String {
    let sent: Json = serde_json::from_str(content).unwrap_or_default();
    let (true, Some(text)) = (notification(content).is_some(), sent["Message"].as_str()) else {
        return content.to_owned();
    };
    let attributes = sent["MessageAttributes"].as_object().into_iter().flatten();
    let attributes = attributes.filter_map(|(name, it)| {
        let (kind, value) = (it["Type"].as_str()?, it["Value"].as_str()?);
        let attribute = MessageAttributeValue::builder().data_type(kind);
        let attribute = match kind {
            "Binary" => attribute.binary_value(Blob::new(base64::decode(value).ok()?)),
            _ => attribute.string_value(value),
        };
        Some((name.clone(), attribute.build().ok()?))
    });
    message.message_attributes = Some(attributes.collect());
    text.to_owned()
}

/// The event with which SNS invokes a function for the notification `content`.
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>
pub(super) fn notified(subscription: &str, content: &str) -> anyhow::Result<String> {
    let mut sent: Json = serde_json::from_str(content).unwrap_or_default();
    if !sent["Message"].is_string() {
        let message = "a function gets from a topic what SNS sent, and this is no notification: it has no `Message`";
        return Err(Failure::new(message).into());
    }
    // Lambda's event writes them in another way than the notification itself.
    for (name, in_event) in [("SigningCertURL", "SigningCertUrl"), ("UnsubscribeURL", "UnsubscribeUrl")] {
        if let Some(value) = sent.as_object_mut().and_then(|members| members.remove(name)) {
            sent[in_event] = value;
        }
    }
    for (name, value) in [("Subject", Json::Null), ("MessageAttributes", Json::Object(Map::new()))] {
        if let Some(members) = sent.as_object_mut() {
            members.entry(name).or_insert(value);
        }
    }
    let record = json!({
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "Sns": sent,
    });
    Ok(json!({ "Records": [record] }).to_string())
}
