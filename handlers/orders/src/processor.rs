//! Checks the orders of the queue and keeps each in the table, and the right ones in the bucket as well.

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use bindings::Program;
use bindings::dynamodb::{PutItem, Table};
use bindings::s3::{Bucket, PutObject};
use functions::record::RecordError;
use functions::sqs::{self, Event};
use functions::unique_time::{self, Own, StoreError};
use functions::{CallError, FieldError, Record};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::order::Order;
use crate::record::{
    AMOUNT, DOCUMENT, FROM_ACCOUNT, IS_DUPLICATE, MESSAGE_ID, ORDER, ORDER_ID, ORIGINAL, POSITION, REASONS,
    RECEIVED_AT, TO_ACCOUNT, VALID, text,
};

/// What the processor needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The records of all orders.
    pub records: Table<PutItem>,
    /// The right orders as they were sent.
    pub documents: Bucket<PutObject>,
}

impl Program for Bindings {
    const NAME: &'static str = "orders-processor";
}

/// Why a message could not be processed; it returns to the queue, and in the end goes to the dead-letter queue.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the message is no order that could be kept: {0}")]
    Unreadable(#[from] FieldError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps every order of the batch, and answers which messages must be delivered again.
///
/// # Errors
/// When a record has no message id, without which its failure could not be told: the whole batch returns.
pub async fn handle(bindings: &Bindings, event: &Event) -> Result<SqsBatchResponse, RecordError> {
    sqs::process(event, async |record| keep(bindings, record).await).await
}

/// Keeps the order of a message.
///
/// The document is written first, under a key that is the message's own: a failure before the record is written leaves
/// a document that the next delivery writes again, and never a record that names a document that is not there.
async fn keep(bindings: &Bindings, message: &Record) -> Result<(), Failure> {
    let order = Order::parse(&message.body)?;
    let problems = order.problems();
    let mut document = None;
    if problems.is_empty() {
        let key = document_key(&order.id, &message.message_id);
        let put = bindings.documents.put_object(&key).content_type("application/json");
        let put = put.body(ByteStream::from(message.body.clone().into_bytes()));
        put.send().await.map_err(|error| CallError::new("put the document", error))?;
        document = Some(key);
    }

    let record = |is_duplicate| -> PutItemFluentBuilder {
        let number = |value: &str| AttributeValue::N(value.to_owned());
        let reasons = (!problems.is_empty()).then(|| AttributeValue::L(problems.iter().map(text).collect()));
        let attributes = [
            (ORDER_ID, Some(text(&order.id))),
            (RECEIVED_AT, Some(number(&message.first_received.to_string()))),
            (VALID, Some(AttributeValue::Bool(problems.is_empty()))),
            (IS_DUPLICATE, Some(AttributeValue::Bool(is_duplicate))),
            (AMOUNT, order.amount.as_ref().ok().map(|amount| number(amount.as_str()))),
            (FROM_ACCOUNT, order.from_account.as_ref().ok().map(text)),
            (TO_ACCOUNT, order.to_account.as_ref().ok().map(text)),
            (DOCUMENT, document.as_ref().map(text)),
            (ORDER, reasons.is_some().then(|| text(&message.body))),
            (REASONS, reasons),
        ];
        let present = attributes.into_iter().filter_map(|(name, value)| Some((name, value?)));
        present.fold(bindings.records.put_item(), |put, (name, value)| put.item(name, value))
    };
    let own = Own { time: POSITION, from: ORIGINAL, owner: MESSAGE_ID, id: &message.message_id };
    let is_duplicate = !unique_time::take(record(false), own).await?;
    if is_duplicate {
        unique_time::put(|| record(true), Own { from: message.first_received, ..own }).await?;
    }
    let (valid, message_id) = (problems.is_empty(), &message.message_id);
    tracing::info!(order_id = order.id, message_id, valid, is_duplicate, "order kept");
    Ok(())
}

/// The key of a document below the bucket's prefix: by order, one for each message. The id is encoded, so that it is
/// one step of a path whatever is in it.
fn document_key(order_id: &str, message_id: &str) -> String {
    const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_');
    format!("{}/{message_id}.json", utf8_percent_encode(order_id, &KEPT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::MAX_ID_BYTES;

    #[test]
    fn a_document_has_a_key_below_that_of_its_order() {
        assert_eq!(document_key("order-001", "m-1"), "order-001/m-1.json");
        assert_eq!(document_key("../../a b", "m-1"), "%2E%2E%2F%2E%2E%2Fa%20b/m-1.json");
    }

    #[test]
    fn the_longest_key_is_one_that_s3_takes() {
        let message_id = "019a0000-0000-0000-0000-000000000000";
        let key = document_key(&"ñ".repeat(MAX_ID_BYTES / 2), message_id);
        assert!("orders/".len() + key.len() <= 1_024, "{}", key.len());
    }
}
