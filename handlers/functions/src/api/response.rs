//! What the functions behind an API answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fields::FieldError;

/// An answer in the shape that API Gateway's proxy integration expects; a direct invocation gets the same.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The HTTP status.
    pub status_code: u16,
    /// The headers: JSON, readable from any site.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body, a JSON text.
    pub body: String,
}

impl Response {
    /// Answers `body`, which is a JSON text, with `status`.
    #[must_use]
    pub fn json(status: u16, body: String) -> Self {
        let headers = [
            ("Content-Type", "application/json"),
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", "GET,POST,OPTIONS"),
            ("Access-Control-Allow-Headers", "Content-Type"),
        ];
        Self {
            status_code: status,
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body,
        }
    }

    /// Says what is wrong with the caller's `field`.
    #[must_use]
    pub fn bad_request(field: &str, message: &str) -> Self {
        Self::json(400, json!({ "message": message, "field": field }).to_string())
    }

    /// Says that the failure is ours, and under which id the logs tell more.
    #[must_use]
    pub fn internal_error(request_id: &str) -> Self {
        Self::json(500, json!({ "message": "internal error", "request_id": request_id }).to_string())
    }
}

impl From<FieldError> for Response {
    fn from(error: FieldError) -> Self {
        Self::bad_request(&error.field, &error.to_string())
    }
}
