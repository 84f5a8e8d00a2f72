//! Which stored objects an event names.

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use functions::fields::kind;
use functions::{FieldError, Fields};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

/// An object to be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its key.
    pub key: String,
    /// The upload that S3 tells of; none when somebody asks for the object.
    pub upload: Option<Upload>,
}

/// What S3 tells of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// What tells it from other uploads with the same key.
    pub sequencer: String,
    /// When it happened, in milliseconds; the same in each delivery.
    pub time: i64,
}

/// What the header of a note cannot hold as it is. A percent sign is encoded, so that all can be decoded.
const NOT_IN_A_NOTE: &AsciiSet = &CONTROLS.add(b'%');

/// The objects of `bucket` that `event` names: an event of S3, in which keys are encoded, or a direct invocation with
/// `{"bucket", "key"}`, of which `bucket` can be left out.
///
/// # Errors
/// When it names none, or one in another bucket.
pub fn of(event: &Value, bucket: &str) -> Result<Vec<Source>, FieldError> {
    let Some(records) = event.get("Records") else {
        return Ok(vec![Source { key: asked(event, bucket)?, upload: None }]);
    };
    let records = records
        .as_array()
        .ok_or_else(|| FieldError::new("Records", format!("expected a list, got {}", kind(records))))?;
    records.iter().enumerate().map(|(place, record)| uploaded(place, record, bucket)).collect()
}

/// `key` in the form in which a note beside an object can hold it.
#[must_use]
pub fn encoded(key: &str) -> String {
    utf8_percent_encode(key, NOT_IN_A_NOTE).to_string()
}

fn asked(event: &Value, bucket: &str) -> Result<String, FieldError> {
    let fields = Fields::of("event", event.clone())?;
    if let Some(named) = fields.optional_text("bucket")? {
        check_bucket("bucket", named, bucket)?;
    }
    fields.text("key").map(str::to_owned)
}

fn uploaded(place: usize, record: &Value, bucket: &str) -> Result<Source, FieldError> {
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str);
    let required = |pointer: &str| {
        text(pointer).ok_or_else(|| FieldError::new(name(place, pointer), "is required, and must be a string"))
    };
    check_bucket(&name(place, "/s3/bucket/name"), required("/s3/bucket/name")?, bucket)?;
    let key = required("/s3/object/key")?.replace('+', " ");
    let key = percent_decode_str(&key)
        .decode_utf8()
        .map_err(|_| FieldError::new(name(place, "/s3/object/key"), "is no text when it is decoded"))?;
    let time = text("/eventTime").and_then(|time| DateTime::from_str(time, DateTimeFormat::DateTime).ok());
    Ok(Source {
        key: key.into_owned(),
        upload: Some(Upload {
            sequencer: text("/s3/object/sequencer").unwrap_or_default().to_owned(),
            time: time.and_then(|time| time.to_millis().ok()).unwrap_or_default(),
        }),
    })
}

/// A value of the record at `place`, as the sender would write it.
fn name(place: usize, pointer: &str) -> String {
    format!("Records[{place}]{}", pointer.replace('/', "."))
}

fn check_bucket(field: &str, named: &str, bucket: &str) -> Result<(), FieldError> {
    if named == bucket {
        Ok(())
    } else {
        Err(FieldError::new(field, format!("expected `{bucket}`, the only bucket that is processed, got `{named}`")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(event: &Value, problem: &str) {
        assert_eq!(of(event, "originals").unwrap_err().to_string(), problem);
    }

    fn event(key: &str) -> Value {
        json!({ "Records": [{
            "eventTime": "2023-11-14T22:13:20.123Z",
            "s3": { "bucket": { "name": "originals" }, "object": { "key": key, "sequencer": "0055AED6DCD90281E5" } },
        }] })
    }

    #[test]
    fn a_key_of_an_event_is_decoded() {
        let sources = of(&event("photos/a+b%2B%C3%A9+%281%29.jpg"), "originals").unwrap();
        let upload = Upload { sequencer: "0055AED6DCD90281E5".to_owned(), time: 1_700_000_000_123 };
        assert_eq!(sources, [Source { key: "photos/a b+é (1).jpg".to_owned(), upload: Some(upload) }]);
        check(&event("%FF"), "`Records[0].s3.object.key`: is no text when it is decoded");
    }

    #[test]
    fn a_key_that_somebody_gives_is_taken_as_it_is() {
        let source = || Source { key: "a+b%20c.png".to_owned(), upload: None };
        assert_eq!(of(&json!({ "bucket": "originals", "key": "a+b%20c.png" }), "originals").unwrap(), [source()]);
        assert_eq!(of(&json!({ "key": "a+b%20c.png" }), "originals").unwrap(), [source()]);
    }

    #[test]
    fn what_names_no_object_of_the_bucket_is_refused() {
        check(&json!({}), "`key`: is required");
        check(&json!({ "key": 7 }), "`key`: expected a string, got a number");
        check(&json!([]), "`event`: expected a JSON object, got a list");
        check(
            &json!({ "bucket": "other", "key": "a" }),
            "`bucket`: expected `originals`, the only bucket that is processed, got `other`",
        );
        check(&json!({ "Records": 1 }), "`Records`: expected a list, got a number");
        check(&json!({ "Records": [{}] }), "`Records[0].s3.bucket.name`: is required, and must be a string");
    }

    #[test]
    fn a_note_holds_any_key() {
        assert_eq!(encoded("photos/vacation.jpg"), "photos/vacation.jpg");
        assert_eq!(encoded("50%é\n"), "50%25%C3%A9%0A");
    }
}
