//! Attributes of DynamoDB items, written and read.

use std::fmt::Display;

use aws_sdk_dynamodb::types::AttributeValue;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The text in an attribute, if it is there and one.
pub(crate) fn as_text(attribute: Option<&AttributeValue>) -> Option<&str> {
    attribute?.as_s().ok().map(String::as_str)
}

/// The whole number in an attribute, if it is there and one.
pub(crate) fn as_integer(attribute: Option<&AttributeValue>) -> Option<i64> {
    attribute?.as_n().ok()?.parse().ok()
}
