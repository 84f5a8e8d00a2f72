//! Shows what the other functions keep, and passes notifications on.

mod listing;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::DateTimeFormat;
use bindings::Program;
use bindings::dynamodb::{Index, Query, Scan, Table};
use bindings::lambda::{Function, Invoke};
use bindings::s3::{Bucket, GetObject, ListObjectsV2};
use functions::api::{Request, Response};
use functions::{CallError, FieldError, Fields};
use futures::future::{try_join_all, try_join4};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::attributes::{as_integer, as_text, number};
use crate::logs::PARTS;
use crate::{instant, tally};
use listing::Listing;

/// How many log entries are shown.
const NEWEST: i32 = 10;

/// How long the address of a file can be used.
const ADDRESS_TIME: Duration = Duration::from_mins(15);

/// When this instance of the function came up.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// What the API's function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// What became of each image.
    pub images: Table<Scan>,
    /// The log entries, to be counted.
    pub logs: Table<Scan>,
    /// The log entries of all levels by time.
    pub logs_by_time: Index<Query>,
    /// The history of notifications, to be counted.
    pub notifications: Table<Scan>,
    /// What was uploaded.
    pub original: Bucket<(GetObject, ListObjectsV2)>,
    /// Who publishes notifications.
    pub notification_processor: Function<Invoke>,
}

impl Program for Bindings {
    const NAME: &'static str = "roxs-api-handler";
}

/// What the API answers to: a verb and a path.
const ENDPOINTS: [(&str, &str); 6] = [
    ("GET", "/health"),
    ("GET", "/images"),
    ("GET", "/logs"),
    ("POST", "/notifications"),
    ("GET", "/files"),
    ("GET", "/stats"),
];

/// Why a request cannot be answered.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the notification processor failed: {0}")]
    Notification(String),
}

/// Answers a request.
pub async fn handle(bindings: &Bindings, request: &Request, request_id: &str) -> Response {
    let start = *START;
    let path = request.path.trim_end_matches('/');
    let Some((allowed, _)) = ENDPOINTS.iter().find(|(_, known)| *known == path) else { return not_found(request) };
    let answer = match (request.http_method.as_str(), path) {
        ("OPTIONS", _) => return preflight(allowed),
        (method, _) if method != *allowed => return method_not_allowed(request, allowed),
        (_, "/images") => images(bindings).await,
        (_, "/logs") => logs(bindings).await,
        (_, "/files") => files(bindings).await,
        (_, "/stats") => stats(bindings, start.elapsed()).await,
        (_, "/notifications") => match notification(request) {
            Ok(notification) => notify(bindings, &notification).await,
            Err(error) => return error.into(),
        },
        _ => Ok(ok(&json!({ "status": "healthy", "timestamp": instant::now() }))),
    };
    match answer {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, path, "the request failed");
            match error {
                Failure::Call(_) => Response::internal_error(request_id),
                Failure::Notification(_) => Response { status_code: 502, ..Response::internal_error(request_id) },
            }
        }
    }
}

fn ok(body: &Value) -> Response {
    Response::json(200, body.to_string())
}

fn not_found(request: &Request) -> Response {
    let endpoints = ENDPOINTS.map(|(method, path)| format!("{method} {path}"));
    let body = json!({
        "error": "Endpoint not found",
        "message": format!("there is no `{}`", request.path),
        "path": request.path,
        "method": request.http_method,
        "available_endpoints": endpoints,
    });
    Response::json(404, body.to_string())
}

fn method_not_allowed(request: &Request, allowed: &str) -> Response {
    let body = json!({
        "error": "Method not allowed",
        "message": format!("`{}` takes {allowed}, got `{}`", request.path, request.http_method),
        "path": request.path,
        "method": request.http_method,
        "allowed": [allowed],
    });
    with_allow(Response::json(405, body.to_string()), allowed)
}

/// What a browser asks before it sends a request of another origin.
fn preflight(allowed: &str) -> Response {
    with_allow(Response::json(204, String::new()), allowed)
}

fn with_allow(mut response: Response, allowed: &str) -> Response {
    response.headers.insert("Allow".to_owned(), format!("{allowed}, OPTIONS"));
    response
}

async fn images(bindings: &Bindings) -> Result<Response, Failure> {
    let mut listing = Listing::default();
    let attributes = ["ImageId", "OriginalKey", "ProcessedAt", "Status"];
    tally::each_item(bindings.images.scan(), attributes, |[id, key, processed_at, status]| {
        listing.push(json!({
            "id": as_text(id.as_ref()),
            "filename": as_text(key.as_ref()),
            "processed_at": as_text(processed_at.as_ref()),
            "status": as_text(status.as_ref()).unwrap_or("unknown"),
        }));
    })
    .await?;
    Ok(ok(&json!({ "images": listing.shown, "count": listing.count })))
}

/// The newest entries of all levels: the newest of each part of the index, in order.
async fn logs(bindings: &Bindings) -> Result<Response, Failure> {
    let parts = (0..PARTS).map(|part| {
        bindings
            .logs_by_time
            .query()
            .key_condition_expression("Part = :part")
            .expression_attribute_values(":part", number(part))
            .scan_index_forward(false)
            .limit(NEWEST)
            .send()
    });
    let parts = try_join_all(parts).await.map_err(|error| CallError::new("query the newest logs", error))?;
    let mut newest: Vec<_> = parts
        .iter()
        .flat_map(QueryOutput::items)
        .map(|item| (as_integer(item.get("Timestamp")).unwrap_or_default(), item))
        .collect();
    newest.sort_by_key(|(timestamp, _)| std::cmp::Reverse(*timestamp));
    let shown: Vec<_> = newest
        .into_iter()
        .take(NEWEST.unsigned_abs() as usize)
        .map(|(timestamp, item)| {
            json!({
                "level": as_text(item.get("LogLevel")),
                "timestamp": timestamp,
                "message": as_text(item.get("Message")),
                "service": as_text(item.get("Service")),
            })
        })
        .collect();
    let total = tally::count(bindings.logs.scan()).await?;
    Ok(ok(&json!({ "logs": shown, "total_scanned": total })))
}

async fn files(bindings: &Bindings) -> Result<Response, Failure> {
    let mut listing = Listing::default();
    tally::each_object(bindings.original.list_objects_v2(""), |object| {
        let key = object.key().unwrap_or_default();
        let time = object.last_modified().and_then(|time| time.fmt(DateTimeFormat::DateTime).ok());
        // The address comes later, and has the key once more, and the signature.
        listing.push_with_room(
            json!({ "key": key, "size": object.size().unwrap_or_default(), "last_modified": time }),
            3 * key.len() + listing::SIGNATURE_BYTES,
        );
    })
    .await?;
    for file in &mut listing.shown {
        let key = file["key"].as_str().unwrap_or_default();
        file["url"] = json!(address(&bindings.original, key).await?);
    }
    let bucket = bindings.original.name();
    Ok(ok(&json!({ "bucket": bucket, "files": listing.shown, "count": listing.count })))
}

/// An address under which anybody can get an object for a while.
async fn address(bucket: &Bucket<(GetObject, ListObjectsV2)>, key: &str) -> Result<String, CallError> {
    let sign = |error: &dyn std::error::Error| CallError::new("sign an address", error);
    let config = PresigningConfig::expires_in(ADDRESS_TIME).map_err(|error| sign(&error))?;
    let signed = bucket.get_object(key).presigned(config).await.map_err(|error| sign(&error))?;
    Ok(signed.uri().to_owned())
}

async fn stats(bindings: &Bindings, uptime: Duration) -> Result<Response, Failure> {
    let mut files: u64 = 0;
    let (images, logs, notifications, ()) = try_join4(
        tally::count(bindings.images.scan()),
        tally::count(bindings.logs.scan()),
        tally::count(bindings.notifications.scan()),
        tally::each_object(bindings.original.list_objects_v2(""), |_| files += 1),
    )
    .await?;
    Ok(ok(&json!({
        "total_images": images,
        "total_logs": logs,
        "total_notifications": notifications,
        "total_files": files,
        "system_uptime": format!("{} s", uptime.as_secs()),
        "generated_at": instant::now(),
    })))
}

/// What the notification processor gets; the document fixes what a request may leave out.
fn notification(request: &Request) -> Result<Value, FieldError> {
    let is_empty = request.body.as_deref().is_none_or(|body| body.trim().is_empty());
    let fields = if is_empty { Fields::of("body", json!({}))? } else { request.fields()? };
    Ok(json!({
        "type": "api",
        "title": fields.optional_text("title")?.unwrap_or("Nueva notificación"),
        "message": fields.optional_text("message")?.unwrap_or("Mensaje desde API"),
        "priority": fields.optional_text("priority")?.unwrap_or("normal"),
        "recipient": "api-user@roxs.com",
    }))
}

async fn notify(bindings: &Bindings, notification: &Value) -> Result<Response, Failure> {
    let answer = bindings
        .notification_processor
        .invoke()
        .payload(Blob::new(notification.to_string()))
        .send()
        .await
        .map_err(|error| CallError::new("invoke the notification processor", error))?;
    if let Some(kind) = answer.function_error {
        return Err(Failure::Notification(kind));
    }
    let answer: Response = serde_json::from_slice(answer.payload.as_ref().map_or(&[], Blob::as_ref))
        .map_err(|error| Failure::Notification(error.to_string()))?;
    if answer.status_code != 200 {
        return Ok(answer);
    }
    Ok(ok(&json!({
        "message": "Notificación enviada exitosamente",
        "notification_result": { "statusCode": answer.status_code, "body": answer.body },
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str, body: Option<&str>) -> Request {
        let (http_method, path) = (method.to_owned(), path.to_owned());
        Request { http_method, path, body: body.map(str::to_owned), ..Request::default() }
    }

    #[test]
    fn what_is_not_said_of_a_notification_is_as_in_the_document() {
        for body in [None, Some(""), Some("{}")] {
            let expected = json!({
                "type": "api", "title": "Nueva notificación", "message": "Mensaje desde API", "priority": "normal",
                "recipient": "api-user@roxs.com",
            });
            assert_eq!(notification(&request("POST", "/notifications", body)).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_wrong_in_a_notification_is_named() {
        for (body, field) in
            [("{", "body"), ("[]", "body"), (r#"{"title": 1}"#, "title"), (r#"{"message": ""}"#, "message")]
        {
            assert_eq!(notification(&request("POST", "/notifications", Some(body))).unwrap_err().field, field);
        }
    }

    #[test]
    fn unknown_paths_are_told_the_known_ones() {
        let answer = not_found(&request("GET", "/nonexistent", None));
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.status_code, &body["error"]), (404, &json!("Endpoint not found")));
        assert_eq!(body["available_endpoints"][3], "POST /notifications");
        assert_eq!((&body["path"], &body["method"]), (&json!("/nonexistent"), &json!("GET")));
    }

    #[test]
    fn a_wrong_verb_is_told_the_right_one() {
        let answer = method_not_allowed(&request("DELETE", "/logs", None), "GET");
        assert_eq!((answer.status_code, answer.headers["Allow"].as_str()), (405, "GET, OPTIONS"));
    }
}
