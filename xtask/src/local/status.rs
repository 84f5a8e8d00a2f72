//! What there is to know about the local cloud.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::cloud::LocalCloud;
use super::daemon::Observed;
use super::workers::{self, RunningWorker};
use super::{emulator, http, service};

/// How long it may take to answer: it does nothing else while it deploys or saves.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The local cloud, as `local status --json` prints it.
#[derive(Debug, Serialize)]
pub struct Status {
    /// Whether its process lives.
    pub running: bool,
    /// Whether it answers.
    pub healthy: bool,
    /// The port of the AWS endpoint.
    pub port: u16,
    /// Where its state is kept.
    pub state: PathBuf,
    /// The emulator's process.
    pub pid: Option<i32>,
    /// The emulator's version.
    pub version: Option<String>,
    /// Seconds since it was started.
    pub uptime: Option<u64>,
    /// Bytes of memory at the most so far.
    pub memory: Option<u64>,
    /// The log of the emulator.
    pub log: PathBuf,
    /// The addresses of the local services that run, by their names.
    pub services: BTreeMap<String, String>,
    /// The workers that it runs.
    pub workers: Vec<RunningWorker>,
    /// State that could not be read or saved, and what it did not tell.
    pub problems: Vec<String>,
}

/// Looks, and changes nothing.
///
/// # Errors
/// When its files cannot be read.
pub async fn status() -> anyhow::Result<Status> {
    let cloud = LocalCloud::selected()?;
    let place = &cloud.place;
    let emulator = emulator::daemon(place);
    let process = match emulator.observe()? {
        Observed::Running(process) => Some(process),
        Observed::Stopped | Observed::Killed => None,
    };
    let pid = process.as_ref().map(|process| process.pid);
    let health = match pid {
        Some(pid) => http::health(place.port, PATIENCE).await?.filter(|health| health.pid == pid),
        None => None,
    };
    let mut problems = health.as_ref().map_or_else(Vec::new, |health| health.problems.clone());
    let mut workers = Vec::new();
    if health.is_some() {
        match workers::workers(&cloud).await {
            Ok(told) => workers = told,
            // What another version started may not know what workers are.
            Err(_) if emulator::is_outdated(place) => {}
            Err(error) => problems.push(format!("{error:#}")),
        }
    }
    Ok(Status {
        running: process.is_some(),
        healthy: health.is_some(),
        port: place.port,
        state: place.folder.clone(),
        pid,
        version: health.as_ref().map(|health| health.version.clone()),
        uptime: process.and_then(|process| seconds_since(process.started)),
        memory: health.as_ref().map(|health| health.memory),
        log: emulator.log_file(),
        services: service::running(place)?,
        workers,
        problems,
    })
}

fn seconds_since(time: u64) -> Option<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(now.as_secs().saturating_sub(time))
}
