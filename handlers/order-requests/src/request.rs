//! Stores what a client asks for, and tells the topic.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use aws_sdk_sns::types::MessageAttributeValue;
use bindings::Program;
use bindings::dynamodb::{PutItem, Table};
use bindings::sns::{Publish, Topic};
use functions::api::{Request, Response};
use functions::{CallError, FieldError, clock};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::message::Message;
use crate::order::{FINGERPRINT, Order, PROCESSED_AT, RECEIVED_AT, REQUEST_ID};
use crate::status::Status;

/// How long a body may be, in bytes. As an item it takes twice as much at most, and DynamoDB has a limit of 400 KiB for
/// an item and of 64 KiB for a name.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
pub const MAX_BODY: usize = 64 * 1024;

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Where requests are stored.
    pub orders: Table<PutItem>,
    /// Who is told of them.
    pub topic: Topic<Publish, Message>,
}

impl Program for Bindings {
    const NAME: &'static str = "order-requests-request";
}

/// Why a request was not accepted, though nothing is wrong with it by itself.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("another request has the id")]
    Taken,
    #[error(transparent)]
    Call(#[from] CallError),
}

/// What the table had of a request.
#[derive(Debug, PartialEq, Eq)]
enum Before {
    /// Nothing, or the request, of which nobody knows whether it was published.
    Unprocessed,
    /// The request, which was published and processed.
    Processed,
}

/// Answers `POST /requests`: 202 with the request's id, which is `invocation_id` if the client gave none.
///
/// The request is stored before it is published, so that every message has its item. When the second write fails, the
/// request is in the table, unprocessed, and the client gets a 5xx with the id: asking again with this `request_id`
/// finds the item and publishes. What is published twice by that is processed once.
pub async fn handle(bindings: &Bindings, request: &Request, invocation_id: &str) -> Response {
    let order = match read(request, invocation_id) {
        Ok(order) => order,
        Err(refused) => return refused,
    };
    let (request_id, status) = (&order.message.request_id, order.message.status.as_str());
    match accept(bindings, &order).await {
        Ok(()) => {
            tracing::info!(request_id, status, "request accepted");
            Response::json(202, json!({ REQUEST_ID: request_id }).to_string())
        }
        Err(Failure::Taken) => {
            tracing::warn!(request_id, "the id is that of another request");
            let taken = FieldError::new(REQUEST_ID, "is that of another request; the same request has the same fields");
            Response { status_code: 409, ..taken.into() }
        }
        Err(Failure::Call(error)) => {
            tracing::error!(request_id, %error, "the request was not accepted");
            Response::internal_error(request_id)
        }
    }
}

fn read(request: &Request, new_id: &str) -> Result<Order, Response> {
    let body = request.body.as_deref().unwrap_or_default();
    if request.is_base64_encoded {
        return Err(FieldError::new("body", "expected JSON, got binary data").into());
    }
    if body.len() > MAX_BODY {
        let problem = format!("expected at most {MAX_BODY} bytes, got {}", body.len());
        return Err(Response { status_code: 413, ..FieldError::new("body", problem).into() });
    }
    Ok(Order::parse(body, new_id)?)
}

async fn accept(bindings: &Bindings, order: &Order) -> Result<(), Failure> {
    match store(&bindings.orders, order).await? {
        Before::Unprocessed => Ok(publish(&bindings.topic, order).await?),
        Before::Processed => Ok(()),
    }
}

async fn store(orders: &Table<PutItem>, order: &Order) -> Result<Before, Failure> {
    let stored = orders
        .put_item()
        .set_item(Some(order.item.clone().into_iter().collect()))
        .item(RECEIVED_AT, AttributeValue::N(clock::millis().to_string()))
        .condition_expression("attribute_not_exists(#id)")
        .expression_attribute_names("#id", REQUEST_ID)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
    let Err(error) = stored else { return Ok(Before::Unprocessed) };
    let Some(PutItemError::ConditionalCheckFailedException(found)) = error.as_service_error() else {
        return Err(CallError::new("store the request", error).into());
    };
    let attribute = |name: &str| found.item().and_then(|item| item.get(name));
    if attribute(FINGERPRINT).and_then(|it| it.as_s().ok()) != Some(&order.fingerprint) {
        return Err(Failure::Taken);
    }
    Ok(if attribute(PROCESSED_AT).is_some() { Before::Processed } else { Before::Unprocessed })
}

async fn publish(topic: &Topic<Publish, Message>, order: &Order) -> Result<(), CallError> {
    const DOING: &str = "publish the request";
    let status = MessageAttributeValue::builder().data_type("String").string_value(order.message.status.as_str());
    let status = status.build().map_err(|error| CallError::new(DOING, error))?;
    let call = topic.publish_message(&order.message).map_err(|error| CallError::new(DOING, error))?;
    let call = call.message_attributes(Status::ATTRIBUTE, status);
    // A FIFO topic keeps the order within a group, and has this suffix; to a standard topic a group means nothing.
    let call = if is_fifo(topic.arn()) { call.message_group_id(order.group()) } else { call };
    call.send().await.map_err(|error| CallError::new(DOING, error))?;
    Ok(())
}

#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "SNS knows exactly this suffix")]
fn is_fifo(topic: &str) -> bool {
    topic.ends_with(".fifo")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: Option<String>, is_base64_encoded: bool) -> (u16, String) {
        let request = Request { body, is_base64_encoded, ..Request::default() };
        let refused = read(&request, "new").unwrap_err();
        let body: serde_json::Value = serde_json::from_str(&refused.body).unwrap();
        (refused.status_code, body["field"].as_str().unwrap().to_owned())
    }

    #[test]
    fn a_body_that_is_none_is_refused() {
        let of_body = |status| (status, "body".to_owned());
        assert_eq!(refused(None, false), of_body(400));
        assert_eq!(refused(Some("e30=".to_owned()), true), of_body(400));
        assert_eq!(refused(Some(" ".repeat(MAX_BODY)), false), of_body(400));
        assert_eq!(refused(Some(" ".repeat(MAX_BODY + 1)), false), of_body(413));
    }
}
