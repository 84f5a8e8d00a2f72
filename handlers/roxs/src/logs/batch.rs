//! The log entries that somebody sends.

use functions::fields::kind;
use functions::{FieldError, Fields};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity;

/// The longest level, in bytes: it is a partition key.
///
/// <https://docs.aws.amazon.com/AmazonDynamoDB/latest/developerguide/Constraints.html>
const MAX_LEVEL_BYTES: usize = 2_048;

/// The longest name of a service or user, in bytes, and of a batch: an item of the index has 400 KB in all.
const MAX_NAME_BYTES: usize = 1_024;

/// Entries that came together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The same whenever the batch comes again: the id that the sender gave it, or one of the invocation, which stays
    /// the same when Lambda tries an asynchronous one again.
    pub id: String,
    /// The entries; at least one.
    pub logs: Vec<Log>,
}

/// An entry of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// How grave it is, in capitals.
    pub level: String,
    /// What happened.
    pub message: String,
    /// What it happened to.
    pub service: String,
    /// On whose behalf.
    pub user_id: String,
}

/// An entry with what tells it from others of the same words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id, the same whenever its batch comes again.
    pub log_id: String,
    /// When its batch came first, in milliseconds.
    pub timestamp: i64,
    /// What was sent.
    #[serde(flatten)]
    pub log: Log,
}

impl Batch {
    /// Reads `{"logs": [{"level", "message", "service", "user_id"}]}`, or one entry alone. Each entry needs a message;
    /// a level that is not given is `INFO`, a service `unknown`, a user `anonymous`.
    ///
    /// A sender that may have to send a batch again gives it a `batch_id`.
    ///
    /// # Errors
    /// When an entry is wrong; the field at fault is named with its place.
    pub fn of(event: &Value, request_id: &str) -> Result<Self, FieldError> {
        let fields = Fields::of("event", event.clone())?;
        let id = match fields.optional_text("batch_id")? {
            Some(id) => batch_id(id)?,
            None => identity::of(&["batch", request_id]),
        };
        let logs = match fields.0.get("logs") {
            None => vec![Log::of(event, "")?],
            Some(Value::Array(logs)) if logs.is_empty() => {
                return Err(FieldError::new("logs", "expected at least one entry, got an empty list"));
            }
            Some(Value::Array(logs)) => {
                let entry = |(place, log)| Log::of(log, &format!("logs[{place}]"));
                logs.iter().enumerate().map(entry).collect::<Result<_, _>>()?
            }
            Some(other) => return Err(FieldError::new("logs", format!("expected a list, got {}", kind(other)))),
        };
        Ok(Self { id, logs })
    }

    /// The entries with their ids, of a batch that came first at `timestamp`.
    #[must_use]
    pub fn entries(&self, timestamp: i64) -> Vec<Entry> {
        let entry = |(place, log): (usize, &Log)| Entry {
            log_id: identity::of(&["log", &self.id, &place.to_string()]),
            timestamp,
            log: log.clone(),
        };
        self.logs.iter().enumerate().map(entry).collect()
    }

    /// Whether `entries` are of a batch with the same words.
    #[must_use]
    pub fn is_of(&self, entries: &[Entry]) -> bool {
        self.logs.iter().eq(entries.iter().map(|entry| &entry.log))
    }
}

/// A batch is named after it, so that it must do as part of a key.
fn batch_id(id: &str) -> Result<String, FieldError> {
    let is_plain = id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_plain && id.len() <= 128 {
        Ok(id.to_owned())
    } else {
        Err(FieldError::new("batch_id", "expected up to 128 letters, digits, hyphens and underscores"))
    }
}

impl Log {
    fn of(value: &Value, path: &str) -> Result<Self, FieldError> {
        let at = |error: FieldError| match path {
            "" => error,
            _ => FieldError::new(format!("{path}.{}", error.field), error.problem),
        };
        let fields = match value {
            Value::Object(fields) => Fields(fields.clone()),
            other => return Err(FieldError::new(path, format!("expected an object, got {}", kind(other)))),
        };
        let message = match fields.0.get("message") {
            // An entry may well say nothing, but not by mistake.
            Some(Value::String(message)) => message.clone(),
            _ => fields.text("message").map_err(at)?.to_owned(),
        };
        let level = text(&fields, "level", "INFO", MAX_LEVEL_BYTES).map_err(at)?;
        Ok(Self {
            level: level.to_uppercase(),
            message,
            service: text(&fields, "service", "unknown", MAX_NAME_BYTES).map_err(at)?,
            user_id: text(&fields, "user_id", "anonymous", MAX_NAME_BYTES).map_err(at)?,
        })
    }
}

fn text(fields: &Fields, field: &str, default: &str, most: usize) -> Result<String, FieldError> {
    let text = fields.optional_text(field)?.unwrap_or(default);
    // Capitals may have more bytes than small letters.
    if text.len().max(text.to_uppercase().len()) > most {
        return Err(FieldError::new(field, format!("expected at most {most} bytes, got {}", text.len())));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(event: &Value, problem: &str) {
        assert_eq!(Batch::of(event, "r-1").unwrap_err().to_string(), problem);
    }

    fn log(level: &str, message: &str, service: &str, user_id: &str) -> Log {
        Log { level: level.into(), message: message.into(), service: service.into(), user_id: user_id.into() }
    }

    #[test]
    fn the_entries_of_the_document_are_read() {
        let event = json!({ "logs": [
            { "level": "ERROR", "message": "Database connection failed", "service": "user-api", "user_id": "user123" },
            { "level": "warning", "message": "" },
        ] });
        let batch = Batch::of(&event, "r-1").unwrap();
        let first = log("ERROR", "Database connection failed", "user-api", "user123");
        assert_eq!(batch.logs, [first, log("WARNING", "", "unknown", "anonymous")]);
    }

    #[test]
    fn one_entry_may_come_alone() {
        let batch = Batch::of(&json!({ "message": "hello", "service": "shop" }), "r-1").unwrap();
        assert_eq!(batch.logs, [log("INFO", "hello", "shop", "anonymous")]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        check(&json!([]), "`event`: expected a JSON object, got a list");
        check(&json!({}), "`message`: is required");
        check(&json!({ "logs": [] }), "`logs`: expected at least one entry, got an empty list");
        check(&json!({ "logs": {} }), "`logs`: expected a list, got an object");
        check(&json!({ "logs": [{ "message": "a" }, 7] }), "`logs[1]`: expected an object, got a number");
        check(&json!({ "logs": [{ "message": "a" }, {}] }), "`logs[1].message`: is required");
        check(&json!({ "logs": [{ "message": 1 }] }), "`logs[0].message`: expected a string, got a number");
        check(&json!({ "message": "a", "level": 3 }), "`level`: expected a string, got a number");
        check(&json!({ "message": "a", "level": "" }), "`level`: is empty");
        check(&json!({ "message": "a", "user_id": [] }), "`user_id`: expected a string, got a list");
        check(
            &json!({ "message": "a", "service": "s".repeat(1_025) }),
            "`service`: expected at most 1024 bytes, got 1025",
        );
        check(
            &json!({ "message": "a", "batch_id": "../a" }),
            "`batch_id`: expected up to 128 letters, digits, hyphens and underscores",
        );
    }

    #[test]
    fn ids_are_the_same_when_the_batch_comes_again_and_no_two_are_equal() {
        let event = json!({ "logs": [{ "message": "a" }, { "message": "a" }] });
        let batch = Batch::of(&event, "r-1").unwrap();
        assert_eq!(batch, Batch::of(&event, "r-1").unwrap());
        let entries = batch.entries(7);
        assert_eq!(entries, batch.entries(7));
        assert_ne!(entries[0].log_id, entries[1].log_id);
        assert_ne!(entries[0].log_id, Batch::of(&event, "r-2").unwrap().entries(7)[0].log_id);
        assert!(batch.is_of(&entries) && !batch.is_of(&entries[..1]));
    }
}
