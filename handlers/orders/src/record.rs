//! The record of an order in the table, and its key.

use aws_sdk_dynamodb::types::AttributeValue;

/// The partition key: what the sender calls the order.
pub const ORDER_ID: &str = "orderId";

/// The sort key, a number: [`ORIGINAL`], or when a later order of the same id was first received, in milliseconds and
/// moved on to the next free one. So the records of an id are in the order of their arrival.
pub const POSITION: &str = "position";

/// The position of the first order of an id. There is one such key, so that of orders that come at once one is the
/// first, whoever asks.
pub const ORIGINAL: i64 = 0;

/// The message that brought the order: whose a record is.
pub const MESSAGE_ID: &str = "messageId";

/// When the order was first received, in milliseconds.
pub const RECEIVED_AT: &str = "receivedAt";

/// Whether the order is right.
pub const VALID: &str = "valid";

/// Whether there was an order of the same id before.
pub const IS_DUPLICATE: &str = "isDuplicate";

/// What is wrong with it, a list.
pub const REASONS: &str = "reasons";

/// A wrong order as it was sent. A right one is in the bucket.
pub const ORDER: &str = "order";

/// The amount of the order, if it is one.
pub const AMOUNT: &str = "amount";

/// The account that pays, if it is one.
pub const FROM_ACCOUNT: &str = "fromAccount";

/// The account that gets, if it is one.
pub const TO_ACCOUNT: &str = "toAccount";

/// Where a right order is in the bucket: the key below `orders/`.
pub const DOCUMENT: &str = "document";

/// A text as an attribute.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}
