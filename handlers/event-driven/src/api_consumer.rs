//! Keeps the messages that the API put into its queue.

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use bindings::Program;
use bindings::dynamodb::{PutItem, Table};
use functions::sqs::Event as Batch;
use functions::{CallError, FieldError, Fields, Record, sqs};
use lambda_runtime::{Error, LambdaEvent};
use serde::{Deserialize, Serialize};

use crate::once;

/// What the consumer needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Where the messages go.
    pub messages: Table<PutItem>,
}

impl Program for Bindings {
    const NAME: &'static str = "event-driven-api-consumer";
}

/// Why a message could not be kept; it returns to the queue.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The API lets none of these through, but whoever may send to the queue can. It ends in the dead-letter queue,
    /// where somebody looks at it.
    #[error(transparent)]
    Unreadable(#[from] FieldError),
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Keeps every message of the batch, and answers which must be delivered again.
///
/// # Errors
/// When a record has no message id, without which its failure could not be told: the whole batch returns.
pub async fn handle(bindings: &Bindings, event: LambdaEvent<Batch>) -> Result<SqsBatchResponse, Error> {
    Ok(sqs::process(&event.payload, async |record| keep(bindings, record).await).await?)
}

async fn keep(bindings: &Bindings, record: &Record) -> Result<(), Failure> {
    Fields::parse("body", &record.body)?;
    let item = bindings
        .messages
        .put_item()
        .item("message_id", S(record.message_id.clone()))
        .item("received_at", N(record.first_received.to_string()))
        // As text: the numbers and the order of its fields stay as they were sent.
        .item("body", S(record.body.clone()));
    let is_new = once::put(item, "message_id").await?;
    tracing::info!(message_id = record.message_id, is_new, "message kept");
    Ok(())
}
