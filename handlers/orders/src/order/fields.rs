//! The fields of a JSON object with their numbers as written: a number of Rust would round an amount, or take none.

use std::collections::BTreeMap;

use functions::FieldError;
use functions::fields::kind;
use serde_json::Value;
use serde_json::value::RawValue;

/// The fields of a JSON object, each as its text; of one given twice, the last.
#[derive(Debug)]
pub(super) struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// Reads `text`, which is called `name` when it is no JSON object.
    pub(super) fn parse(name: &str, text: &'a str) -> Result<Self, FieldError> {
        let no_json = |error: serde_json::Error| {
            FieldError::new(name, format!("expected a JSON object, got text that is no JSON: {error}"))
        };
        let value: &RawValue = serde_json::from_str(text).map_err(no_json)?;
        if !value.get().starts_with('{') {
            return Err(FieldError::new(name, format!("expected a JSON object, got {}", kind_of(value))));
        }
        serde_json::from_str(value.get()).map(Self).map_err(no_json)
    }

    /// The text in `field`, which must be there and not empty.
    pub(super) fn text(&self, field: &str) -> Result<String, FieldError> {
        let value = self.get(field)?;
        if !value.get().starts_with('"') {
            return Err(FieldError::new(field, format!("expected a string, got {}", kind_of(value))));
        }
        let text: String = serde_json::from_str(value.get())
            .map_err(|_| FieldError::new(field, "expected a string of Unicode characters"))?;
        if text.trim().is_empty() { Err(FieldError::new(field, "is empty")) } else { Ok(text) }
    }

    /// The number in `field`, which must be there, as it is written.
    pub(super) fn number(&self, field: &str) -> Result<&'a str, FieldError> {
        let value = self.get(field)?;
        if is_number(value) {
            Ok(value.get())
        } else {
            Err(FieldError::new(field, format!("expected a number, got {}", kind_of(value))))
        }
    }

    fn get(&self, field: &str) -> Result<&'a RawValue, FieldError> {
        let value = self.0.get(field).copied().filter(|value| value.get() != "null");
        value.ok_or_else(|| FieldError::new(field, "is required"))
    }
}

fn is_number(value: &RawValue) -> bool {
    value.get().starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

/// What a value is, in words. A number is not read for it: it may be larger than any of Rust's.
fn kind_of(value: &RawValue) -> &'static str {
    let example = match value.get().as_bytes().first() {
        Some(b'{') => Value::Object(serde_json::Map::new()),
        Some(b'[') => Value::Array(Vec::new()),
        Some(b'"') => Value::String(String::new()),
        Some(b't' | b'f') => Value::Bool(true),
        Some(b'n') => Value::Null,
        _ => Value::from(0),
    };
    kind(&example)
}
