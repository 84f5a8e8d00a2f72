//! What the roles of the local cloud were allowed and denied.

use serde::Deserialize;

/// A call that a function's role made, and how it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Call {
    /// The name of the role.
    pub role: String,
    /// The name of its session: of a function's, the name of the function.
    pub session: String,
    /// The action that was asked for, such as `dynamodb:PutItem`.
    pub action: String,
    /// The ARN of the resource; `*` when the request names none.
    pub resource: String,
    /// Whether it was allowed.
    pub allowed: bool,
    /// How often.
    pub count: u64,
    /// When last, in seconds since the epoch.
    pub last: i64,
}

/// What the local cloud tells.
#[derive(Debug, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) version: u32,
    pub(crate) calls: Vec<Call>,
}
