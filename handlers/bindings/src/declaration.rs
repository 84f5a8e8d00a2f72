//! What the stack reads of a binding.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::message::Described;

/// The name of [`Declaration`] for serde, which no other struct has: by it a declaration is told from a struct in a field.
pub(crate) const NAME: &str = "stackwright_bindings::Declaration";

/// A binding as the stack sees it: the value of its environment variable, and what it grants.
///
/// The values are CloudFormation's: a string, or an intrinsic function in its JSON form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename = "stackwright_bindings::Declaration")]
pub struct Declaration {
    /// The binding's type as [`std::any::type_name`] gives it, by which a built program names its calls.
    pub type_name: String,
    /// The value of the environment variable.
    pub variable: Value,
    /// What is granted; empty for a plain value.
    pub grants: Vec<Grant>,
    /// The operations that it is granted for, in the order of the type.
    pub operations: Vec<Operation>,
    /// The type of what is written through it, when it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Box<Described>>,
    /// The type of what is read through it, when it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Box<Described>>,
    /// The type of what comes back for what is sent, when it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Box<Described>>,
}

impl Declaration {
    /// A binding of the type `B` that grants nothing.
    pub(crate) fn without_grants<B>(variable: Value) -> Self {
        let type_name = std::any::type_name::<B>().to_owned();
        let (grants, operations) = (Vec::new(), Vec::new());
        Self { type_name, variable, grants, operations, sent: None, taken: None, answer: None }
    }
}

/// Actions that a binding grants on a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The IAM actions.
    pub actions: Vec<String>,
    /// The ARN on which they are granted.
    pub resource: Value,
    /// What must hold of a request, all of it.
    pub conditions: Vec<Condition>,
}

/// A test of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// How IAM compares, as it writes it: `StringLike`, or `ForAllValues:StringEquals`.
    pub operator: String,
    /// The condition key, such as `s3:prefix`.
    pub key: String,
    /// The values of which one must match.
    pub values: Vec<Value>,
}

impl Condition {
    /// `key` passes `operator` with one of `values`.
    #[must_use]
    pub fn new<V: Into<Value>>(operator: &str, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self { operator: operator.to_owned(), key: key.to_owned(), values }
    }
}

/// An operation of a service, with what IAM asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// The service, as its SDK is named.
    pub service: String,
    /// The operation, such as `PutItem`.
    pub name: String,
    /// The IAM actions that it needs.
    pub actions: Vec<String>,
    /// What it acts on and what is bound does not have, by its name in the pattern of the ARN: no call would be allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}
