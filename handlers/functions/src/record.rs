//! One message as SQS hands it to the function.

use aws_lambda_events::sqs::SqsMessage;
use serde::Deserialize;
use serde_json::Value;

use crate::clock;
use crate::trace::TraceHeader;

/// A message of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What SQS calls the message; the same in each delivery.
    pub message_id: String,
    /// The message group; none in a standard queue.
    pub group: Option<String>,
    /// What was sent.
    pub body: String,
    /// When a consumer first received the message, in milliseconds; the same in each delivery.
    pub first_received: i64,
    /// Whether the message was delivered before.
    pub redelivered: bool,
    /// The trace that it belongs to.
    pub trace: TraceHeader,
    /// The whole record as JSON.
    pub text: String,
}

/// Why a record is no message of SQS.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The record has another shape.
    #[error("the record is not a message of SQS: {0}")]
    Shape(#[from] serde_json::Error),
    /// Nothing could be said of the record to SQS.
    #[error("the record has no `messageId`")]
    NoMessageId,
}

impl Record {
    /// Reads a record of an SQS event.
    ///
    /// # Errors
    /// When it is not one.
    pub fn read(value: &Value) -> Result<Self, RecordError> {
        let message = SqsMessage::deserialize(value)?;
        let number = |name| message.attributes.get(name).and_then(|text| text.parse::<i64>().ok());
        Ok(Self {
            first_received: number("ApproximateFirstReceiveTimestamp")
                .or_else(|| number("SentTimestamp"))
                .unwrap_or_else(clock::millis),
            redelivered: number("ApproximateReceiveCount").is_some_and(|count| count > 1),
            trace: trace_of(&message).ok_or(RecordError::NoMessageId)?,
            group: message.attributes.get("MessageGroupId").cloned(),
            message_id: message.message_id.ok_or(RecordError::NoMessageId)?,
            body: message.body.unwrap_or_default(),
            text: value.to_string(),
        })
    }
}

/// The trace of a message: what its sender says, in X-Ray's form or W3C's, else one of its own. `None` without an id.
pub(crate) fn trace_of(message: &SqsMessage) -> Option<TraceHeader> {
    let id = message.message_id.as_deref()?;
    let attribute = |name| message.attributes.get(name);
    let given = attribute("AWSTraceHeader").and_then(|text| TraceHeader::parse(text));
    let traceparent = message.message_attributes.get("traceparent").and_then(|it| it.string_value.as_deref());
    let given = given.or_else(|| TraceHeader::parse_traceparent(traceparent?));
    let sent = attribute("SentTimestamp").and_then(|text| text.parse::<i64>().ok());
    Some(given.unwrap_or_else(|| TraceHeader::of_id(id, sent.map(|sent| sent / 1_000))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(attributes: &Value) -> Record {
        Record::read(&json!({ "messageId": "m-1", "body": "{}", "attributes": attributes })).unwrap()
    }

    #[test]
    fn the_time_is_that_of_the_first_delivery() {
        let again = record(&json!({
            "ApproximateFirstReceiveTimestamp": "1700000000002",
            "SentTimestamp": "1700000000001",
            "ApproximateReceiveCount": "3",
        }));
        assert_eq!(again.first_received, 1_700_000_000_002);
        assert!(again.redelivered);
    }

    #[test]
    fn without_it_the_time_is_that_of_sending_and_else_now() {
        assert_eq!(record(&json!({ "SentTimestamp": "1700000000001" })).first_received, 1_700_000_000_001);
        let before = clock::millis();
        assert!(record(&json!({})).first_received >= before);
    }

    #[test]
    fn the_text_keeps_what_nobody_reads() {
        let text = r#"{"messageId":"m-1","body":"{}","attributes":{},"newInSqs":[1.5,null]}"#;
        assert_eq!(Record::read(&serde_json::from_str(text).unwrap()).unwrap().text, text);
    }

    #[test]
    fn a_record_without_a_message_id_is_refused() {
        let error = Record::read(&json!({ "body": "{}" })).unwrap_err();
        assert_eq!(error.to_string(), "the record has no `messageId`");
    }
}
