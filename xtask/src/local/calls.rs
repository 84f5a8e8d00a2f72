//! What the roles of the local cloud were allowed and denied.

use serde::Deserialize;

use super::cloud::LocalCloud;
use super::http;
use crate::failure::Failure;

/// The calls that sessions of roles made since the local cloud was emptied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Calls {
    /// The version of this form.
    pub version: u32,
    /// The calls, each once.
    pub calls: Vec<Call>,
    /// How many calls were of more resources than are kept.
    pub left_out: u64,
}

/// A call, and how it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Call {
    /// The name of the role.
    pub role: String,
    /// The name of its session: of a function's, the name of the function.
    pub session: String,
    /// The action that was asked for.
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

/// What it has recorded.
///
/// # Errors
/// When it does not answer, or was started by another version of this program.
pub async fn calls(cloud: &LocalCloud) -> anyhow::Result<Calls> {
    let outdated = || {
        Failure::new("the local cloud runs since before it recorded calls, or records them in another form")
            .help("`cargo xtask local stop`, then `cargo xtask local start`, and use the system again")
    };
    let body = http::get(cloud, "calls").await?;
    let calls: Calls = serde_json::from_slice(&body).map_err(|_| outdated())?;
    if calls.version == 1 { Ok(calls) } else { Err(outdated().into()) }
}
