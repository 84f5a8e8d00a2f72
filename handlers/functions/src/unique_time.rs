//! Keeps things under their time, each once, and none instead of another.
//!
//! Two things of the same millisecond may share a key. The later one moves on to the next free millisecond; an
//! attribute tells whose an item is, so that who comes again finds its own.

use std::ops::Range;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use crate::error::CallError;

/// How many milliseconds a thing moves on at most: far more than come at a time.
const MAX_MOVES: i64 = 1_000;

/// What is kept: whose it is, and from which time on.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// The attribute with the time, in milliseconds; the last part of the table's key.
    pub time: &'static str,
    /// The first time that it may be kept under, the same whenever it comes.
    pub from: i64,
    /// The attribute that tells whose an item is.
    pub owner: &'static str,
    /// Whose it is.
    pub id: &'a str,
}

const FREE: &str = "attribute_not_exists(#time)";
/// Never holds, and so never writes; its failure returns the item.
const NEVER: &str = "attribute_exists(#time) AND attribute_not_exists(#time)";

/// Why a thing could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The table refused.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There are too many things of the same time.
    #[error("none of the {MAX_MOVES} milliseconds from {0} is free in the table")]
    Crowded(i64),
}

/// What a conditional write found under a key.
enum Found {
    /// The condition held.
    Written,
    /// Its own item.
    Own,
    /// The item of another.
    Other,
    /// Nothing.
    Nothing,
}

/// Keeps `own` as the item that `put` writes, under the first free millisecond from its own on, which is returned. What
/// was kept before is left as it is.
///
/// # Errors
/// When the table cannot be written, or no time is free.
pub async fn put(put: impl Fn() -> PutItemFluentBuilder, own: Own<'_>) -> Result<i64, StoreError> {
    for time in times(own) {
        match write(put(), time, own, FREE).await? {
            Found::Written | Found::Own => return Ok(time),
            Found::Other | Found::Nothing => {}
        }
    }
    Err(StoreError::Crowded(own.from))
}

/// Keeps `own` as the item that `put` writes under exactly its own time, unless another is there. Returns whether it is
/// there: from now on, or from before.
///
/// # Errors
/// When the table cannot be written.
pub async fn take(put: PutItemFluentBuilder, own: Own<'_>) -> Result<bool, CallError> {
    Ok(matches!(write(put, own.from, own, FREE).await?, Found::Written | Found::Own))
}

/// Whether `own` was kept before, under the key that `put` writes. Nothing is written: this asks by a condition
/// that never holds, because the function's role may only put.
///
/// # Errors
/// When the table cannot be asked.
pub async fn holds(put: impl Fn() -> PutItemFluentBuilder, own: Own<'_>) -> Result<bool, StoreError> {
    for time in times(own) {
        match write(put(), time, own, NEVER).await? {
            Found::Own => return Ok(true),
            Found::Other => {}
            Found::Nothing | Found::Written => return Ok(false),
        }
    }
    Ok(false)
}

fn times(own: Own<'_>) -> Range<i64> {
    own.from..own.from.saturating_add(MAX_MOVES)
}

async fn write(put: PutItemFluentBuilder, time: i64, own: Own<'_>, condition: &str) -> Result<Found, CallError> {
    let result = put
        .item(own.time, AttributeValue::N(time.to_string()))
        .item(own.owner, AttributeValue::S(own.id.to_owned()))
        .condition_expression(condition)
        .expression_attribute_names("#time", own.time)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await;
    let Err(error) = result else { return Ok(Found::Written) };
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(failed)) => Ok(match failed.item() {
            None => Found::Nothing,
            Some(item) if item.get(own.owner).and_then(|id| id.as_s().ok()).is_some_and(|id| id == own.id) => {
                Found::Own
            }
            Some(_) => Found::Other,
        }),
        _ => Err(CallError::new("put the item", error)),
    }
}
