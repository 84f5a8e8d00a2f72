//! Answers from the cache what the calculator found in the last five minutes, and asks it for the rest.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::primitives::Blob;
use bindings::Program;
use bindings::dynamodb::{GetItem, Table};
use bindings::lambda::{Function, Invoke};
use functions::api::Response;
use functions::{CallError, time_to_live};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::subject::Subject;

/// What counts needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The calculator's results.
    pub stats_cache: Table<GetItem>,
    /// What is asked when the cache has no answer.
    pub calculator: Function<Invoke>,
}

impl Program for Bindings {
    const NAME: &'static str = "spaceships-counts";
}

/// Why the calculator gave no answer to pass on.
#[derive(Debug, thiserror::Error)]
enum CalculatorError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the function failed: {0}")]
    Function(String),
    #[error("the function's answer is not a response: {0}")]
    Answer(#[from] serde_json::Error),
}

/// Answers a request of the API or a direct invocation, see [`Subject::of`].
///
/// A result that is not in the cache is the calculator's answer, which puts it there.
pub async fn handle(bindings: &Bindings, request: &Value, request_id: &str) -> Response {
    let subject = match Subject::of(request) {
        Ok(subject) => subject,
        Err(error) => return Response::bad_request(error.field(), &error.to_string()),
    };
    match cached(&bindings.stats_cache, &subject).await {
        Ok(Some(data)) => {
            tracing::info!(cache_key = subject.cache_key(), "answered from the cache");
            return Response::json(200, data);
        }
        Ok(None) => tracing::info!(cache_key = subject.cache_key(), "asking the calculator"),
        Err(error) => {
            tracing::error!(%error, "the cache cannot be read");
            return Response::internal_error(request_id);
        }
    }
    match calculated(&bindings.calculator, &subject).await {
        Ok(answer) => Response::json(answer.status_code, answer.body),
        Err(error) => {
            tracing::error!(%error, "the calculator gave no answer");
            bad_gateway(request_id)
        }
    }
}

/// Says that a function behind this one failed, and under which id the logs tell more.
fn bad_gateway(request_id: &str) -> Response {
    Response::json(502, json!({ "message": "the calculation failed", "request_id": request_id }).to_string())
}

async fn cached(cache: &Table<GetItem>, subject: &Subject) -> Result<Option<String>, CallError> {
    let found = cache
        .get_item()
        .key("cache_key", AttributeValue::S(subject.cache_key()))
        .consistent_read(true)
        .send()
        .await
        .map_err(|error| CallError::new("read the stats cache", error))?;
    let alive = found.item.filter(|item| time_to_live::lasts(item.get("ttl")));
    Ok(alive.and_then(|item| item.get("data")?.as_s().ok().cloned()))
}

async fn calculated(calculator: &Function<Invoke>, subject: &Subject) -> Result<Response, CalculatorError> {
    let request = serde_json::to_vec(subject)?;
    let answer = calculator
        .invoke()
        .payload(Blob::new(request))
        .send()
        .await
        .map_err(|error| CallError::new("invoke the calculator", error))?;
    match answer.function_error {
        Some(kind) => Err(CalculatorError::Function(kind)),
        None => Ok(serde_json::from_slice(answer.payload.as_ref().map_or(&[], Blob::as_ref))?),
    }
}
