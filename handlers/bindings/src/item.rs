//! Items of DynamoDB as values.

use serde::de::DeserializeOwned;
use serde_dynamo::{AttributeValue, Deserializer, Error, Item};

/// The value that `item` is.
///
/// # Errors
/// When it is none of the type. The error names the attribute.
pub(crate) fn value<M: DeserializeOwned>(item: Item) -> Result<M, serde_path_to_error::Error<Error>> {
    serde_path_to_error::deserialize(Deserializer::from_attribute_value(AttributeValue::M(item.into())))
}
