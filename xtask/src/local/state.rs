//! The state of the local cloud.

use std::fs;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;

use super::cloud::LocalCloud;
use super::daemon::Observed;
use super::start::lock_for_change;
use super::{emulator, http};
use crate::failure::Failure;

/// Saving a large state, or ending many functions, takes its time.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
struct Saved {
    problems: Vec<String>,
}

/// Has the running local cloud save its state now. It does so on its own within seconds after a change; this is for
/// commands that promise that what they did is there after whatever happens next.
///
/// # Errors
/// When it is not running or cannot save.
pub async fn save(cloud: &LocalCloud) -> anyhow::Result<()> {
    let body = post(cloud, "/_stackwright/save").await?;
    let saved: Saved = serde_json::from_slice(&body).context("the local cloud cannot save its state")?;
    match saved.problems.as_slice() {
        [] => Ok(()),
        problems => {
            Err(Failure::new(format!("the local cloud could not save its state: {}", problems.join("; "))).into())
        }
    }
}

/// Deletes all resources and data of the local cloud. If it was running it still is.
///
/// # Errors
/// When it does not answer, or files cannot be deleted.
pub async fn reset() -> anyhow::Result<()> {
    let cloud = LocalCloud::selected()?;
    let place = &cloud.place;
    if !place.folder.exists() {
        return Ok(());
    }
    let _lock = lock_for_change(place).await?;
    let emulator = emulator::daemon(place);
    if matches!(emulator.observe()?, Observed::Running(_)) {
        post(&cloud, "/_ministack/reset").await?;
        return save(&cloud).await;
    }
    for folder in [place.state(), place.buckets(), place.scratch()] {
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot delete `{}`", folder.display()));
            }
            _ => {}
        }
    }
    emulator.forget()
}

async fn post(cloud: &LocalCloud, path: &str) -> anyhow::Result<Vec<u8>> {
    let response = http::client(PATIENCE)?.post(format!("{}{path}", cloud.endpoint())).send().await;
    let answer = match response.and_then(reqwest::Response::error_for_status) {
        Ok(response) => response.bytes().await,
        Err(error) => Err(error),
    };
    let bytes = answer.map_err(|error| {
        Failure::new(format!("the local cloud on port {} does not answer: {error}", cloud.place.port))
            .help("see whether it runs: `cargo xtask local status`")
    })?;
    Ok(bytes.to_vec())
}
