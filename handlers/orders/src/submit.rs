//! Puts orders into the queue.

use aws_sdk_sqs::operation::send_message::SendMessageError;
use bindings::Program;
use bindings::sqs::{Queue, SendMessage};
use functions::api::{Request, Response};
use functions::{CallError, FieldError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::order::Order;

/// The longest order, in bytes: so long may a message of SQS be anywhere, and its record fits in a table's item of
/// 400 KB, right or wrong.
pub const MAX_ORDER_BYTES: usize = 256 * 1_024;

/// What submit needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Where the processor takes orders from.
    pub orders: Queue<SendMessage>,
}

impl Program for Bindings {
    const NAME: &'static str = "orders-submit";
}

/// Puts the order in the body of `request` into the queue, and answers 202 with its id and the message's.
///
/// Only what has no id is refused here: it could never be found again. Whether an order is right is for the processor
/// to say, which keeps wrong ones as well.
pub async fn handle(bindings: &Bindings, request: &Request, request_id: &str) -> Response {
    let body = request.body.as_deref().unwrap_or_default();
    if body.len() > MAX_ORDER_BYTES {
        let problem = format!("expected at most {MAX_ORDER_BYTES} bytes, got {}", body.len());
        return Response { status_code: 413, ..FieldError::new("body", problem).into() };
    }
    let order = match Order::parse(body) {
        Ok(order) => order,
        Err(error) => return error.into(),
    };
    match bindings.orders.send_message().message_body(body).send().await {
        Ok(sent) => {
            let message_id = sent.message_id.unwrap_or_default();
            tracing::info!(order_id = order.id, message_id, "order queued");
            Response::json(202, json!({ "orderId": order.id, "messageId": message_id }).to_string())
        }
        Err(error) if error.as_service_error().is_some_and(SendMessageError::is_invalid_message_contents) => {
            FieldError::new("body", "has characters that no message can hold: U+FFFE or U+FFFF").into()
        }
        Err(error) => {
            tracing::error!(order_id = order.id, error = %CallError::new("queue the order", error), "not queued");
            Response::internal_error(request_id)
        }
    }
}
