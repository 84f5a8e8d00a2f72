//! Keeps messages under their time, each once, and none instead of another.
//!
//! Messages of the same millisecond may share a key. The later one moves on to the next free millisecond; the
//! attribute `message_id` tells whose an item is, so that a redelivery finds its own.

use std::ops::Range;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use super::record::Record;
use crate::error::CallError;

/// How many milliseconds a message moves on at most: far more than a queue delivers at a time.
const MAX_MOVES: i64 = 1_000;

const FREE: &str = "attribute_not_exists(#timestamp)";
/// Never holds, and so never writes; its failure returns the item.
const NEVER: &str = "attribute_exists(#timestamp) AND attribute_not_exists(#timestamp)";

/// Why a message could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The table refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There are too many messages of the same time.
    #[error("none of the {MAX_MOVES} milliseconds from {0} is free in the table")]
    Crowded(i64),
}

/// What a conditional write found under a key.
enum Found {
    /// The condition held.
    Written,
    /// An item of this message.
    Own,
    /// An item of another message.
    Other,
    /// Nothing.
    Nothing,
}

/// Keeps `record` as the item that `put` writes, under the first free millisecond since it was first received, which
/// is returned. A record that was kept before is left as it is.
///
/// # Errors
/// When the table cannot be written, or no time is free.
pub async fn put(put: impl Fn() -> PutItemFluentBuilder, record: &Record) -> Result<i64, StoreError> {
    for timestamp in times(record) {
        match write(put(), timestamp, record, FREE).await? {
            Found::Written | Found::Own => return Ok(timestamp),
            Found::Other | Found::Nothing => {}
        }
    }
    Err(StoreError::Crowded(record.first_received))
}

/// Whether `record` was kept before, under the key that `put` writes. Nothing is written: this asks by a condition
/// that never holds, because the function's role may only put.
///
/// # Errors
/// When the table cannot be asked.
pub async fn holds(put: impl Fn() -> PutItemFluentBuilder, record: &Record) -> Result<bool, StoreError> {
    for timestamp in times(record) {
        match write(put(), timestamp, record, NEVER).await? {
            Found::Own => return Ok(true),
            Found::Other => {}
            Found::Nothing | Found::Written => return Ok(false),
        }
    }
    Ok(false)
}

fn times(record: &Record) -> Range<i64> {
    record.first_received..record.first_received.saturating_add(MAX_MOVES)
}

async fn write(
    put: PutItemFluentBuilder,
    timestamp: i64,
    record: &Record,
    condition: &str,
) -> Result<Found, CallError> {
    let result = put
        .item("timestamp", AttributeValue::N(timestamp.to_string()))
        .item("message_id", AttributeValue::S(record.message_id.clone()))
        .condition_expression(condition)
        .expression_attribute_names("#timestamp", "timestamp")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
    let Err(error) = result else { return Ok(Found::Written) };
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(failed)) => Ok(match failed.item() {
            None => Found::Nothing,
            Some(item) if item.get("message_id").and_then(|id| id.as_s().ok()) == Some(&record.message_id) => {
                Found::Own
            }
            Some(_) => Found::Other,
        }),
        _ => Err(CallError::new("put the message", error)),
    }
}
