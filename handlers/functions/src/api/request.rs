//! What a caller of an API asks.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::fields::{FieldError, Fields};

/// A request as API Gateway hands it to a function.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    /// The verb, in capitals.
    pub http_method: String,
    /// The path below the stage.
    pub path: String,
    /// The parts of the path that the route leaves open.
    #[serde(deserialize_with = "or_default")]
    pub path_parameters: BTreeMap<String, String>,
    /// The query string's parameters; of one given twice, the last.
    #[serde(deserialize_with = "or_default")]
    pub query_string_parameters: BTreeMap<String, String>,
    /// The body; none when it is empty.
    pub body: Option<String>,
    /// Whether the body is in base64, as it is for media types that the API takes as binary.
    pub is_base64_encoded: bool,
}

/// API Gateway writes `null` for none.
fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Request {
    /// The fields of the body, a JSON object.
    ///
    /// # Errors
    /// When the body is none; the field at fault is `body`.
    pub fn fields(&self) -> Result<Fields, FieldError> {
        if self.is_base64_encoded {
            return Err(FieldError::new("body", "expected JSON, got binary data"));
        }
        Fields::parse("body", self.body.as_deref().unwrap_or_default())
    }
}
