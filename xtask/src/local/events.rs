//! The last events of each function of the local cloud, with their answers.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::cloud::LocalCloud;
use super::http;
use crate::failure::Failure;

/// How many invocations of a function are kept, and how many bytes of all functions together.
pub const KEPT: &str = "of each function the last 100, and 16 MiB of all functions together";

/// An invocation of a function of the local cloud.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Invocation {
    /// The request id.
    pub request: String,
    /// The ARN of the function.
    pub function: String,
    /// When it began, in milliseconds since the epoch.
    pub time: i64,
    /// How long it took, in milliseconds.
    pub duration: u64,
    /// The hash of the code, as Lambda tells it.
    pub code: Option<String>,
    /// Whether the function failed.
    pub failed: bool,
}

/// An invocation with its event.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct KeptEvent {
    /// The invocation.
    #[serde(flatten)]
    pub invocation: Invocation,
    /// What the function was given.
    pub event: Json,
    /// What it answered.
    pub answer: Json,
}

#[derive(Deserialize)]
struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    content: T,
}

#[derive(Deserialize)]
struct Listed {
    invocations: Vec<Invocation>,
}

/// The invocation with this request id, if it is kept.
///
/// # Errors
/// When the local cloud does not answer, or was started by another version of this program.
pub async fn event(cloud: &LocalCloud, request: &str) -> anyhow::Result<Option<KeptEvent>> {
    // What is not of the characters of a request id is the id of none.
    if request.is_empty() || !request.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-') {
        return Ok(None);
    }
    get(cloud, &format!("events/{request}")).await
}

/// All invocations that are kept, the earliest first.
///
/// # Errors
/// When the local cloud does not answer, or was started by another version of this program.
pub async fn invocations(cloud: &LocalCloud) -> anyhow::Result<Vec<Invocation>> {
    Ok(get::<Listed>(cloud, "events").await?.map(|listed| listed.invocations).unwrap_or_default())
}

async fn get<T: DeserializeOwned>(cloud: &LocalCloud, path: &str) -> anyhow::Result<Option<T>> {
    let body = http::get(cloud, path).await?;
    match serde_json::from_slice::<Option<Versioned<T>>>(&body) {
        Ok(None) => Ok(None),
        Ok(Some(Versioned { version: 1, content })) => Ok(Some(content)),
        _ => Err(Failure::new("the local cloud runs since before it kept events, or keeps them in another form")
            .help("`cargo xtask local stop`, then `cargo xtask local start`, and use the system again")
            .into()),
    }
}
