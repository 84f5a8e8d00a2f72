//! Whose sightings are counted.

use serde::Serialize;
use serde_json::Value;

/// The longest `spaceship_id` or `model`, in bytes: with its prefix it is a partition key, which may have 2,048.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
pub const MAX_NAME_BYTES: usize = 2_048 - "spaceship_id:".len();

/// One spaceship, or all of a model. It serialises as the parameter that it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Subject {
    /// The spaceship with this id.
    #[serde(rename = "spaceship_id")]
    Spaceship(String),
    /// All spaceships of this model.
    #[serde(rename = "model")]
    Model(String),
}

/// Why a request names nothing to count.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SubjectError {
    /// Neither parameter was given.
    #[error("`spaceship_id` or `model` is required")]
    Missing,
    /// The parameter was given without a value.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A direct invocation gave something else than text.
    #[error("`{0}` is not a string")]
    NotText(&'static str),
    /// No such name can be in the tables.
    #[error("`{0}` is longer than {MAX_NAME_BYTES} bytes")]
    TooLong(&'static str),
}

impl SubjectError {
    /// The parameter at fault.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Missing => "spaceship_id",
            Self::Empty(field) | Self::NotText(field) | Self::TooLong(field) => field,
        }
    }
}

impl Subject {
    /// Reads the parameters of a request: API Gateway's proxy event, or a direct invocation with
    /// `{"spaceship_id": "…"}` or `{"model": "…"}`. With both, the spaceship counts.
    ///
    /// # Errors
    /// When neither is given, or the one that counts is no usable name.
    pub fn of(request: &Value) -> Result<Self, SubjectError> {
        let parameters = if request.get("requestContext").is_some() {
            request.get("queryStringParameters").unwrap_or(&Value::Null)
        } else {
            request
        };
        if let Some(id) = name(parameters, "spaceship_id")? {
            Ok(Self::Spaceship(id))
        } else if let Some(model) = name(parameters, "model")? {
            Ok(Self::Model(model))
        } else {
            Err(SubjectError::Missing)
        }
    }

    /// The key of the result in the stats cache: `spaceship_id:XW-12345` or `model:X-Wing`.
    #[must_use]
    pub fn cache_key(&self) -> String {
        match self {
            Self::Spaceship(id) => format!("spaceship_id:{id}"),
            Self::Model(model) => format!("model:{model}"),
        }
    }
}

fn name(parameters: &Value, field: &'static str) -> Result<Option<String>, SubjectError> {
    match parameters.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) if name.is_empty() => Err(SubjectError::Empty(field)),
        Some(Value::String(name)) if name.len() > MAX_NAME_BYTES => Err(SubjectError::TooLong(field)),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(_) => Err(SubjectError::NotText(field)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(parameters: &Value, expected: &Result<Subject, SubjectError>) {
        let proxied = json!({ "requestContext": { "requestId": "r" }, "queryStringParameters": parameters });
        assert_eq!(&Subject::of(parameters), expected, "direct invocation");
        assert_eq!(&Subject::of(&proxied), expected, "through the API");
    }

    #[test]
    fn the_spaceship_wins_over_the_model() {
        let spaceship = Subject::Spaceship("XW-12345".into());
        check(&json!({ "model": "X-Wing", "spaceship_id": "XW-12345" }), &Ok(spaceship));
        check(&json!({ "model": "X-Wing" }), &Ok(Subject::Model("X-Wing".into())));
    }

    #[test]
    fn a_request_that_names_nothing_is_refused_with_the_field() {
        check(&Value::Null, &Err(SubjectError::Missing));
        check(&json!({ "ship": "XW-12345" }), &Err(SubjectError::Missing));
        check(&json!({ "spaceship_id": "", "model": "X-Wing" }), &Err(SubjectError::Empty("spaceship_id")));
        check(&json!({ "model": "" }), &Err(SubjectError::Empty("model")));
        check(&json!({ "model": 7 }), &Err(SubjectError::NotText("model")));
    }

    #[test]
    fn the_longest_name_makes_the_longest_partition_key() {
        let longest = "x".repeat(MAX_NAME_BYTES);
        assert_eq!(Subject::Spaceship(longest.clone()).cache_key().len(), 2_048);
        check(&json!({ "spaceship_id": longest.clone() + "x" }), &Err(SubjectError::TooLong("spaceship_id")));
        check(&json!({ "spaceship_id": longest.clone() }), &Ok(Subject::Spaceship(longest)));
    }

    #[test]
    fn a_proxy_event_is_read_for_its_query_alone() {
        let event = json!({ "requestContext": {}, "queryStringParameters": null, "model": "X-Wing" });
        assert_eq!(Subject::of(&event), Err(SubjectError::Missing));
    }
}
