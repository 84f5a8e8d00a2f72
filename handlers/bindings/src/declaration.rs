//! What the stack reads of a binding.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
}

/// Actions that a binding grants on a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The IAM actions.
    pub actions: Vec<String>,
    /// The ARN on which they are granted.
    pub resource: Value,
    /// The only keys that may be listed, a pattern with `*` and `?`, when the grant is limited to a bucket's prefix.
    pub prefix: Option<Value>,
}
