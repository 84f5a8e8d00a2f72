//! The key of a table or index.

use serde::Serialize;

/// A key attribute: its name and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    /// 1 to 255 bytes.
    pub name: &'static str,
    /// The type of its values.
    pub attribute_type: AttributeType,
}

/// The type of a key attribute's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum AttributeType {
    /// Text.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
}

/// A key attribute of text.
#[expect(non_snake_case, reason = "DynamoDB's own name of the type")]
#[must_use]
pub const fn S(name: &'static str) -> Attribute {
    Attribute { name, attribute_type: AttributeType::S }
}

/// A key attribute of numbers.
#[expect(non_snake_case, reason = "DynamoDB's own name of the type")]
#[must_use]
pub const fn N(name: &'static str) -> Attribute {
    Attribute { name, attribute_type: AttributeType::N }
}

/// A key attribute of bytes.
#[expect(non_snake_case, reason = "DynamoDB's own name of the type")]
#[must_use]
pub const fn B(name: &'static str) -> Attribute {
    Attribute { name, attribute_type: AttributeType::B }
}

/// The key of a table or index: a partition key, and a sort key or none.
///
/// ```
/// use infra::dynamodb::{Key, N, S};
///
/// let key = Key::hash_range(S("spaceship_id"), N("timestamp"));
/// assert_eq!(key.range.map(|attribute| attribute.name), Some("timestamp"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The partition key.
    pub hash: Attribute,
    /// The sort key.
    pub range: Option<Attribute>,
}

impl Key {
    /// A key of a partition key alone.
    #[must_use]
    pub const fn hash(hash: Attribute) -> Self {
        Self { hash, range: None }
    }

    /// A key of a partition key and a sort key.
    #[must_use]
    pub const fn hash_range(hash: Attribute, range: Attribute) -> Self {
        Self { hash, range: Some(range) }
    }

    /// Its attributes, the partition key first.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute> {
        [Some(self.hash), self.range].into_iter().flatten()
    }

    pub(super) fn schema(&self) -> Vec<KeySchema> {
        self.attributes()
            .zip(["HASH", "RANGE"])
            .map(|(attribute, key_type)| KeySchema { attribute_name: attribute.name, key_type })
            .collect()
    }
}

/// An entry of `KeySchema`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeySchema {
    attribute_name: &'static str,
    key_type: &'static str,
}
