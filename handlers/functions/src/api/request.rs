//! What a caller of an API asks.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::fields::{FieldError, Fields};

/// A request as API Gateway or a function URL hands it to a function, in either version of the format: 1.0, which REST APIs
/// have, and 2.0, which HTTP APIs and function URLs have.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
///
/// ```
/// use functions::api::Request;
///
/// let event = r#"{
///     "version": "2.0",
///     "rawPath": "/orders/7",
///     "headers": {"content-type": "application/json"},
///     "requestContext": {"http": {"method": "PUT"}, "stage": "$default"},
///     "pathParameters": {"id": "7"},
///     "body": "{}",
///     "isBase64Encoded": false
/// }"#;
/// let request: Request = serde_json::from_str(event)?;
/// assert_eq!((&*request.http_method, &*request.path, &*request.path_parameters["id"]), ("PUT", "/orders/7", "7"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Event")]
pub struct Request {
    /// The verb, in capitals.
    pub http_method: String,
    /// The path below the stage.
    pub path: String,
    /// The parts of the path that the route leaves open.
    pub path_parameters: BTreeMap<String, String>,
    /// The query string's parameters. Of one given twice format 1.0 has the last, and 2.0 all with commas between.
    pub query_string_parameters: BTreeMap<String, String>,
    /// The headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body; none when it is empty.
    pub body: Option<String>,
    /// Whether the body is in base64, as it is for media types that the API takes as binary.
    pub is_base64_encoded: bool,
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

/// What both formats have. API Gateway writes `null` for none.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Event {
    http_method: String,
    path: String,
    raw_path: String,
    path_parameters: Option<BTreeMap<String, String>>,
    query_string_parameters: Option<BTreeMap<String, String>>,
    headers: Option<BTreeMap<String, String>>,
    request_context: RequestContext,
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RequestContext {
    stage: String,
    /// Format 2.0 alone has it.
    http: Option<Http>,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}

impl From<Event> for Request {
    fn from(event: Event) -> Self {
        let (http_method, path) = match event.request_context.http {
            Some(http) => (http.method, below_stage(&event.raw_path, &event.request_context.stage)),
            None => (event.http_method, event.path),
        };
        let headers = event.headers.unwrap_or_default();
        Self {
            http_method,
            path,
            path_parameters: event.path_parameters.unwrap_or_default(),
            query_string_parameters: event.query_string_parameters.unwrap_or_default(),
            headers: headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect(),
            body: event.body,
            is_base64_encoded: event.is_base64_encoded,
        }
    }
}

/// The raw path begins with the stage, unless that is the default one.
fn below_stage(raw_path: &str, stage: &str) -> String {
    let below = raw_path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    match below {
        Some("") => "/".to_owned(),
        Some(below) if below.starts_with('/') => below.to_owned(),
        _ => raw_path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_formats_say_the_same() {
        let rest = json!({
            "resource": "/orders/{id}",
            "path": "/orders/7",
            "httpMethod": "PUT",
            "headers": { "Content-Type": "application/json" },
            "queryStringParameters": null,
            "pathParameters": { "id": "7" },
            "requestContext": { "stage": "dev", "httpMethod": "PUT" },
            "body": "{}",
            "isBase64Encoded": false,
        });
        let http = json!({
            "version": "2.0",
            "routeKey": "PUT /orders/{id}",
            "rawPath": "/dev/orders/7",
            "rawQueryString": "",
            "headers": { "content-type": "application/json" },
            "pathParameters": { "id": "7" },
            "requestContext": { "stage": "dev", "http": { "method": "PUT", "path": "/dev/orders/7" } },
            "body": "{}",
            "isBase64Encoded": false,
        });
        for event in [rest, http] {
            let request: Request = serde_json::from_value(event).unwrap();
            assert_eq!((&*request.http_method, &*request.path), ("PUT", "/orders/7"));
            assert_eq!(request.path_parameters["id"], "7");
            assert_eq!(request.query_string_parameters, BTreeMap::new());
            assert_eq!(request.headers["content-type"], "application/json");
            assert_eq!((request.body.as_deref(), request.is_base64_encoded), (Some("{}"), false));
        }
    }

    #[test]
    fn only_the_stage_is_taken_off_a_path() {
        assert_eq!(below_stage("/dev", "dev"), "/");
        assert_eq!(below_stage("/device/7", "dev"), "/device/7");
        assert_eq!(below_stage("/orders/7", "$default"), "/orders/7");
    }
}
