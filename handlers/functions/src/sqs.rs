//! Batches of messages of a queue.

use std::fmt::Display;

/// Which messages of a batch must be delivered again.
pub use aws_lambda_events::sqs::SqsBatchResponse;
use serde::Deserialize;
use serde_json::Value;

use crate::batch;
use crate::record::{Record, RecordError};

/// A batch of SQS messages.
///
/// The records are kept as they came, for what is stored whole.
#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    /// The messages, in the order of the queue within each message group.
    #[serde(rename = "Records")]
    pub records: Vec<Value>,
}

/// Processes each message, and answers which must be delivered again: those whose processing failed, and of a FIFO
/// queue all later ones of the same message group.
///
/// # Errors
/// When a record has no message id, without which its failure could not be told: the whole batch returns.
pub async fn process<E: Display>(
    event: &Event,
    process: impl AsyncFn(&Record) -> Result<(), E>,
) -> Result<SqsBatchResponse, RecordError> {
    let records = event.records.iter().map(Record::read).collect::<Result<Vec<_>, _>>()?;
    let failed = batch::failures(
        &records,
        |record| record,
        async |record| {
            let processed = process(record).await;
            if let Err(error) = &processed {
                tracing::error!(message_id = record.message_id, %error, "the message returns to the queue");
            }
            processed.is_ok()
        },
    )
    .await;
    Ok(response(failed))
}

/// The answer that lets SQS deliver `failed` again.
pub fn response<'a>(failed: impl IntoIterator<Item = &'a Record>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for record in failed {
        response.add_failure(&record.message_id);
    }
    response
}
