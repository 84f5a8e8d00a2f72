//! Keeps every event.

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use bindings::Program;
use bindings::dynamodb::{PutItem, Table};
use functions::sqs::Event as Batch;
use functions::{CallError, Record, sqs};
use lambda_runtime::{Error, LambdaEvent};
use serde::{Deserialize, Serialize};

use crate::event::{Event, Unreadable};
use crate::once;

/// What the audit logger needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Where the events go.
    pub audit: Table<PutItem>,
}

impl Program for Bindings {
    const NAME: &'static str = "event-driven-audit-logger";
}

/// Why an event could not be kept; it returns to the queue.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Keeps every event of the batch, and answers which messages must be delivered again.
///
/// # Errors
/// When a record has no message id, without which its failure could not be told: the whole batch returns.
pub async fn handle(bindings: &Bindings, event: LambdaEvent<Batch>) -> Result<SqsBatchResponse, Error> {
    Ok(sqs::process(&event.payload, async |record| keep(bindings, record).await).await?)
}

async fn keep(bindings: &Bindings, record: &Record) -> Result<(), Failure> {
    let event = Event::parse(&record.body)?;
    let item = bindings
        .audit
        .put_item()
        .item("event_id", S(event.id.clone()))
        .item("day", S(event.day))
        .item("time", N(event.time.to_string()))
        .item("detail_type", S(event.detail_type))
        .item("event", S(event.text.to_owned()));
    // EventBridge may deliver an event twice, in two messages: the event's id tells, the message's does not.
    let is_new = once::put(item, "event_id").await?;
    tracing::info!(message_id = record.message_id, event_id = event.id, is_new, "event kept");
    Ok(())
}
