//! Takes note of each request from the queue of its status.

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use bindings::Program;
use bindings::dynamodb::{Table, UpdateItem};
use functions::record::{Record, RecordError};
use functions::sqs::{self, Event};
use functions::{CallError, clock};
use serde::{Deserialize, Serialize};

use crate::message::Message;
use crate::order::{PROCESSED_AT, REQUEST_ID};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The requests.
    pub orders: Table<UpdateItem>,
}

impl Program<Message> for Bindings {
    const NAME: &'static str = "order-requests-processing";
}

/// Why a message was not processed; it returns to the queue, and in the end goes to the dead-letter queue.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("there is no request `{0}`")]
    Unknown(String),
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Sets the time when each request of the batch was processed, and answers which messages must be delivered again.
///
/// # Errors
/// When a record has no message id, without which its failure could not be told: the whole batch returns.
pub async fn handle(bindings: &Bindings, event: &Event) -> Result<SqsBatchResponse, RecordError> {
    sqs::process_input(bindings, event, process).await
}

async fn process(bindings: &Bindings, message: Message, record: &Record) -> Result<(), Failure> {
    let Message { request_id, status, .. } = message;
    // The first delivery sets the time; one write both looks and sets, so that two at once set it once.
    let updated = bindings
        .orders
        .update_item()
        .key(REQUEST_ID, AttributeValue::S(request_id.clone()))
        .update_expression("SET #processed = :now")
        .condition_expression("attribute_exists(#id) AND attribute_not_exists(#processed)")
        .expression_attribute_names("#id", REQUEST_ID)
        .expression_attribute_names("#processed", PROCESSED_AT)
        .expression_attribute_values(":now", AttributeValue::N(clock::millis().to_string()))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
    let status = status.as_str();
    let Err(error) = updated else {
        tracing::info!(message_id = record.message_id, request_id, status, "request processed");
        return Ok(());
    };
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(found)) if found.item().is_some() => {
            tracing::info!(message_id = record.message_id, request_id, status, "the request was processed before");
            Ok(())
        }
        Some(UpdateItemError::ConditionalCheckFailedException(_)) => Err(Failure::Unknown(request_id)),
        _ => Err(CallError::new("note that the request was processed", error).into()),
    }
}
