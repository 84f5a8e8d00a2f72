//! What the stack reads of a binding.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A binding as the stack sees it: the value of its environment variable, and what it grants.
///
/// The values are CloudFormation's: a string, or an intrinsic function in its JSON form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// The value of the environment variable.
    pub variable: Value,
    /// The IAM actions granted.
    pub actions: Vec<String>,
    /// The ARN on which they are granted; absent when nothing is.
    pub resource: Option<Value>,
}
