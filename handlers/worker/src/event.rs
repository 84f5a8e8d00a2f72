//! The event that a handler gets: messages of a queue as Lambda's poller hands them on.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event>

use std::collections::BTreeMap;

use aws_sdk_sqs::types::{Message, MessageAttributeValue};
use aws_smithy_types::base64;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "Records")]
    records: Vec<Record<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    message_id: Option<&'a str>,
    receipt_handle: Option<&'a str>,
    body: Option<&'a str>,
    attributes: BTreeMap<&'a str, &'a str>,
    message_attributes: BTreeMap<&'a str, Attribute<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    md5_of_message_attributes: Option<&'a str>,
    md5_of_body: Option<&'a str>,
    event_source: &'static str,
    #[serde(rename = "eventSourceARN")]
    event_source_arn: &'a str,
    aws_region: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attribute<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
    /// SQS has lists in its interface and does not implement them; Lambda writes them as empty.
    string_list_values: [&'a str; 0],
    binary_list_values: [&'a str; 0],
    data_type: &'a str,
}

/// The event that holds `messages` of the queue `arn`.
///
/// # Errors
/// Never: all of it is text.
pub(crate) fn event<'a>(
    messages: impl IntoIterator<Item = &'a Message>,
    arn: &str,
) -> Result<Box<RawValue>, serde_json::Error> {
    let region = arn.split(':').nth(3).unwrap_or_default();
    let records = messages.into_iter().map(|message| record(message, arn, region)).collect();
    to_raw_value(&Event { records })
}

fn record<'a>(message: &'a Message, arn: &'a str, region: &'a str) -> Record<'a> {
    let attributes = message.attributes.iter().flatten();
    let message_attributes = message.message_attributes.iter().flatten();
    Record {
        message_id: message.message_id(),
        receipt_handle: message.receipt_handle(),
        body: message.body(),
        attributes: attributes.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        message_attributes: message_attributes.map(|(name, value)| (name.as_str(), attribute(value))).collect(),
        md5_of_message_attributes: message.md5_of_message_attributes(),
        md5_of_body: message.md5_of_body(),
        event_source: "aws:sqs",
        event_source_arn: arn,
        aws_region: region,
    }
}

fn attribute(value: &MessageAttributeValue) -> Attribute<'_> {
    Attribute {
        string_value: value.string_value(),
        binary_value: value.binary_value().map(base64::encode),
        string_list_values: [],
        binary_list_values: [],
        data_type: value.data_type(),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::types::MessageSystemAttributeName as Name;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_event_is_what_lambda_would_give() {
        let string = MessageAttributeValue::builder().data_type("String.note").string_value("é");
        let binary = MessageAttributeValue::builder().data_type("Binary").binary_value(vec![0_u8, 255].into());
        let message = Message::builder()
            .message_id("059f36b4")
            .receipt_handle("AQEB")
            .body("{\"a\": 1}")
            .md5_of_body("e4e6")
            .md5_of_message_attributes("9a0b")
            .attributes(Name::ApproximateReceiveCount, "1")
            .attributes(Name::AwsTraceHeader, "Root=1-2")
            .attributes(Name::from("New"), "n")
            .message_attributes("note", string.build().unwrap())
            .message_attributes("bytes", binary.build().unwrap())
            .build();
        let bare = Message::builder().message_id("b").receipt_handle("r").body("").md5_of_body("d41d").build();
        let arn = "arn:aws:sqs:us-east-2:123456789012:my-queue";
        let made: Value = serde_json::from_str(event([&message, &bare], arn).unwrap().get()).unwrap();
        let expected = json!({ "Records": [
            {
                "messageId": "059f36b4",
                "receiptHandle": "AQEB",
                "body": "{\"a\": 1}",
                "attributes": { "AWSTraceHeader": "Root=1-2", "ApproximateReceiveCount": "1", "New": "n" },
                "messageAttributes": {
                    "bytes": {
                        "binaryValue": "AP8=",
                        "stringListValues": [],
                        "binaryListValues": [],
                        "dataType": "Binary",
                    },
                    "note": {
                        "stringValue": "é",
                        "stringListValues": [],
                        "binaryListValues": [],
                        "dataType": "String.note",
                    },
                },
                "md5OfMessageAttributes": "9a0b",
                "md5OfBody": "e4e6",
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": "us-east-2",
            },
            {
                "messageId": "b",
                "receiptHandle": "r",
                "body": "",
                "attributes": {},
                "messageAttributes": {},
                "md5OfBody": "d41d",
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": "us-east-2",
            },
        ] });
        assert_eq!(made, expected);
    }
}
