//! Batches of messages of a queue.

use std::fmt::Display;

/// Which messages of a batch must be delivered again.
pub use aws_lambda_events::sqs::SqsBatchResponse;
use bindings::Program;
use bindings::message::Carried;
use serde::Deserialize;
use serde::de::DeserializeOwned;
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

/// Processes each message as the type that the program with these `bindings` says it takes, and answers as [`process`]
/// does. A message that is none of it returns to the queue, and in the end goes to the dead-letter queue.
///
/// # Errors
/// When a record has no message id, without which its failure could not be told: the whole batch returns.
pub async fn process_input<B: Program<I>, I: Carried + DeserializeOwned, E: Display>(
    bindings: &B,
    event: &Event,
    process: impl AsyncFn(&B, I, &Record) -> Result<(), E>,
) -> Result<SqsBatchResponse, RecordError> {
    self::process(event, async |record| {
        let input = serde_json::from_str(&record.body).map_err(InputError::Unexpected)?;
        process(bindings, input, record).await.map_err(InputError::Failed)
    })
    .await
}

/// Why a message was not processed.
#[derive(Debug, thiserror::Error)]
enum InputError<E> {
    #[error("the message is not what the program takes: {0}")]
    Unexpected(serde_json::Error),
    #[error("{0}")]
    Failed(E),
}

/// The answer that lets SQS deliver `failed` again.
pub fn response<'a>(failed: impl IntoIterator<Item = &'a Record>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for record in failed {
        response.add_failure(&record.message_id);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde::Serialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Order {
        id: String,
    }

    impl bindings::Message for Order {
        fn described(_way: bindings::message::Way) -> bindings::message::Described {
            unreachable!("it is told in a stack alone")
        }
    }

    #[derive(Serialize)]
    struct Bindings {}

    impl Program<Order> for Bindings {
        const NAME: &'static str = "orders";
    }

    #[tokio::test]
    async fn what_is_not_the_type_of_the_program_returns_to_the_queue() {
        let body = |id: &str, body: &str| json!({ "messageId": id, "body": body, "attributes": {} });
        let records = vec![body("1", r#"{"id": "a"}"#), body("2", r#"{"id": 7}"#), body("3", r#"{"id": "b"}"#)];
        let orders = RefCell::new(Vec::new());
        let event = Event { records };
        let process = async |_: &Bindings, order: Order, _: &Record| {
            let failed = order.id == "b";
            orders.borrow_mut().push(order.id);
            if failed { Err("no") } else { Ok(()) }
        };
        let failed = process_input(&Bindings {}, &event, process).await.unwrap().batch_item_failures;
        assert_eq!(failed.iter().map(|it| it.item_identifier.as_str()).collect::<Vec<_>>(), ["2", "3"]);
        assert_eq!(orders.into_inner(), ["a", "b"]);
    }
}
