//! Conditions: when a statement applies.

use std::fmt;

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

/// How a condition compares the request's value with its own.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Operator {
    /// The same ARN, where `*` and `?` are wildcards within its six parts.
    ArnEquals,
    /// The same as [`Operator::ArnEquals`].
    ArnLike,
    /// `true` or `false`.
    Bool,
    /// The same text.
    StringEquals,
    /// Another text.
    StringNotEquals,
    /// The same text, where `*` and `?` are wildcards.
    StringLike,
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// One test of a statement: all of them must hold, each for any of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition<V = String> {
    /// How the values are compared.
    pub operator: Operator,
    /// The condition key, such as `aws:SourceArn`.
    pub key: &'static str,
    /// The values of which one must match.
    pub values: Vec<V>,
}

impl<V> Condition<V> {
    /// The request is made on behalf of the resource `arn`: guards against a confused deputy.
    pub fn source_arn(arn: impl Into<V>) -> Self {
        Self { operator: Operator::ArnLike, key: "aws:SourceArn", values: vec![arn.into()] }
    }

    /// The value of `key` is like `pattern`, in which `*` and `?` are wildcards.
    pub fn like(key: &'static str, pattern: impl Into<V>) -> Self {
        Self { operator: Operator::StringLike, key, values: vec![pattern.into()] }
    }

    /// The request is made on behalf of a resource of the account `id`.
    pub fn source_account(id: impl Into<V>) -> Self {
        Self { operator: Operator::StringEquals, key: "aws:SourceAccount", values: vec![id.into()] }
    }
}

/// IAM's form: operator, then key, then values.
pub(crate) fn serialize<V: Serialize, S: Serializer>(
    conditions: &[Condition<V>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut block: IndexMap<Operator, IndexMap<&str, &[V]>> = IndexMap::new();
    for condition in conditions {
        block.entry(condition.operator).or_default().insert(condition.key, &condition.values);
    }
    block.serialize(serializer)
}
