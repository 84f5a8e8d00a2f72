//! The fields of a JSON object that somebody sent, and what is wrong with them.

use serde_json::{Map, Value};

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {problem}")]
pub struct FieldError {
    /// The field at fault, as the sender calls it.
    pub field: String,
    /// What is wrong, what was expected, and what was found.
    pub problem: String,
}

impl FieldError {
    /// `problem` with `field`.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

/// The fields of a JSON object.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields(pub Map<String, Value>);

impl Fields {
    /// Reads `text`, which is called `name` when it is no JSON object.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(name: &str, text: &str) -> Result<Self, FieldError> {
        let value = serde_json::from_str(text).map_err(|error| {
            FieldError::new(name, format!("expected a JSON object, got text that is no JSON: {error}"))
        })?;
        Self::of(name, value)
    }

    /// The fields of `value`, which is called `name` when it is no object.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(name: &str, value: Value) -> Result<Self, FieldError> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            other => Err(FieldError::new(name, format!("expected a JSON object, got {}", kind(&other)))),
        }
    }

    /// The text in `field`, which must be there and not empty.
    ///
    /// # Errors
    /// When it is missing, empty or no text.
    pub fn text(&self, field: &str) -> Result<&str, FieldError> {
        self.optional_text(field)?.ok_or_else(|| FieldError::new(field, "is required"))
    }

    /// The text in `field`, if there is any; `null` is none.
    ///
    /// # Errors
    /// When it is empty or no text.
    pub fn optional_text(&self, field: &str) -> Result<Option<&str>, FieldError> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Err(FieldError::new(field, "is empty")),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(FieldError::new(field, format!("expected a string, got {}", kind(other)))),
        }
    }

    /// The number in `field`, which must be there.
    ///
    /// # Errors
    /// When it is missing or no number.
    pub fn number(&self, field: &str) -> Result<&serde_json::Number, FieldError> {
        match self.0.get(field) {
            None | Some(Value::Null) => Err(FieldError::new(field, "is required")),
            Some(Value::Number(number)) => Ok(number),
            Some(other) => Err(FieldError::new(field, format!("expected a number, got {}", kind(other)))),
        }
    }
}

/// What a value is, in words.
#[must_use]
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: std::fmt::Debug>(result: Result<T, FieldError>, expected: &str) {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }

    #[test]
    fn what_is_no_object_is_said_to_be_what_it_is() {
        check(Fields::parse("body", "[1]"), "`body`: expected a JSON object, got a list");
        check(Fields::parse("body", "null"), "`body`: expected a JSON object, got null");
        let error = Fields::parse("body", "{").unwrap_err();
        assert!(error.problem.starts_with("expected a JSON object, got text that is no JSON"), "{error}");
    }

    #[test]
    fn each_field_is_there_and_of_its_type() {
        let fields = Fields::parse("body", r#"{"name": "a", "blank": " ", "amount": 2.5, "none": null}"#).unwrap();
        assert_eq!(fields.text("name"), Ok("a"));
        assert_eq!(fields.optional_text("none"), Ok(None));
        assert_eq!(fields.number("amount").unwrap().as_f64(), Some(2.5));
        check(fields.text("none"), "`none`: is required");
        check(fields.text("blank"), "`blank`: is empty");
        check(fields.text("amount"), "`amount`: expected a string, got a number");
        check(fields.number("name"), "`name`: expected a number, got a string");
        check(fields.number("missing"), "`missing`: is required");
    }
}
