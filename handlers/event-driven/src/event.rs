//! What the queues of uploads carry: `{"key": …, "event": …}`, the key of the object and the event of EventBridge.
//!
//! The key stands beside the event because the images' subscription is by its end, and SNS allows so many endings only
//! for a field that is not nested.

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Why a message can never be read as an event.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no JSON, or a field is missing or wrong.
    #[error("the message is no event: {0}")]
    Form(#[from] serde_json::Error),
    /// The time is none.
    #[error("`time` of the event is no time: expected one such as `2026-01-31T12:00:00Z`")]
    Time,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    event: &'a RawValue,
}

/// An event of EventBridge.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// What EventBridge calls it; the same whenever it is delivered.
    pub id: String,
    /// What happened, such as `Object Created`.
    pub detail_type: String,
    /// When it happened, in milliseconds. S3 tells whole seconds.
    pub time: i64,
    /// The day when it happened, in UTC: `2026-01-31`.
    pub day: String,
    /// The whole event as it came.
    pub text: &'a str,
}

impl<'a> Event<'a> {
    /// Reads a message's body.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(body: &'a str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Wire {
            id: String,
            detail_type: String,
            time: String,
        }
        let text = serde_json::from_str::<Message<'_>>(body)?.event.get();
        let Wire { id, detail_type, time } = serde_json::from_str(text)?;
        let time = DateTime::from_str(&time, DateTimeFormat::DateTime).map_err(|_| Unreadable::Time)?;
        // In UTC, whatever offset it was told with.
        let written = time.fmt(DateTimeFormat::DateTime).map_err(|_| Unreadable::Time)?;
        let (day, _) = written.split_once('T').ok_or(Unreadable::Time)?;
        Ok(Self { id, detail_type, time: time.to_millis().map_err(|_| Unreadable::Time)?, day: day.to_owned(), text })
    }
}

/// What S3 tells of an object that was put.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Upload {
    /// The object's key, as it is.
    pub key: String,
    /// Its size, in bytes.
    pub size: u64,
    /// The hash of its content or of its parts, without quotes.
    pub etag: String,
    /// A text that is another for each upload of a key, and the same whenever one of them is told.
    pub sequencer: String,
}

impl Upload {
    /// Reads a message's body.
    ///
    /// # Errors
    /// When it is no event of an object.
    pub fn parse(body: &str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Wire {
            detail: Detail,
        }
        #[derive(Deserialize)]
        struct Detail {
            object: Upload,
        }
        let event = serde_json::from_str::<Message<'_>>(body)?.event;
        Ok(serde_json::from_str::<Wire>(event.get())?.detail.object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The event of S3's documentation, as the rule hands it on.
    const EVENT: &str = r#"{"version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created", "source": "aws.s3", "account": "111122223333",
        "time": "2021-11-12T00:00:00Z", "region": "ca-central-1", "resources": ["arn:aws:s3:::bucket1"],
        "detail": {"version": "0", "bucket": {"name": "bucket1"}, "object": {"key": "a \"b\"+é.png", "size": 5,
        "etag": "b1946ac92492d2347c6235b4d2611184", "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
        "sequencer": "617f08299329d189"}, "request-id": "N4N7GDK58NMKJ12R", "requester": "123456789012",
        "source-ip-address": "1.2.3.4", "reason": "PutObject"}}"#;

    fn message(event: &str) -> String {
        format!(r#"{{"key": "a", "event": {event}}}"#)
    }

    #[track_caller]
    fn check(body: &str, expected: &str) {
        let error = Event::parse(body).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn the_event_is_kept_as_it_came() {
        let body = message(EVENT);
        let event = Event::parse(&body).unwrap();
        assert_eq!(event.text, EVENT);
        assert_eq!(event.id, "17793124-05d4-b198-2fde-7ededc63b103");
        assert_eq!(event.detail_type, "Object Created");
        assert_eq!((event.time, event.day.as_str()), (1_636_675_200_000, "2021-11-12"));
    }

    #[test]
    fn milliseconds_count_and_the_day_is_that_of_utc() {
        let body = message(&EVENT.replace("2021-11-12T00:00:00Z", "2021-12-31T23:59:59.999Z"));
        let event = Event::parse(&body).unwrap();
        assert_eq!((event.time, event.day.as_str()), (1_640_995_199_999, "2021-12-31"));
    }

    #[test]
    fn the_object_has_its_key_unencoded() {
        let upload = Upload::parse(&message(EVENT)).unwrap();
        assert_eq!(upload.key, "a \"b\"+é.png");
        assert_eq!(upload.sequencer, "617f08299329d189");
        assert_eq!((upload.size, upload.etag.as_str()), (5, "b1946ac92492d2347c6235b4d2611184"));
    }

    #[test]
    fn what_is_no_event_is_said_so() {
        check("hello", "the message is no event: expected value");
        check("[]", "the message is no event: ");
        check(r#"{"key": "a"}"#, "the message is no event: missing field `event`");
        check(&message("{}"), "the message is no event: missing field `id`");
        check(&message(&EVENT.replace("2021-11-12T00", "yesterday")), "`time` of the event is no time");
        let error = Upload::parse(&message(r#"{"detail": {"object": {"key": "a"}}}"#)).unwrap_err();
        assert!(error.to_string().starts_with("the message is no event: missing field `size`"), "{error}");
    }
}
