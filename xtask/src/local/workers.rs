//! Workers as processes of the local cloud.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::cloud::LocalCloud;
use super::http;
use crate::failure::Failure;
use crate::hex;

/// A worker may take all of its grace until it has ended.
const PATIENCE: Duration = Duration::from_mins(2);

/// What runs as a worker, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spec {
    /// The program's file.
    pub program: PathBuf,
    /// What its processes are told.
    pub environment: BTreeMap<String, String>,
    /// The ARN of the role by which the scaler reads how many messages there are.
    pub scaler_role: Option<String>,
    /// The ARN of the role of KEDA's operator.
    pub keda_operator: Option<String>,
    /// Its queues.
    pub queues: Vec<Queue>,
    /// As many processes at least.
    pub min: u32,
    /// As many at most.
    pub max: u32,
    /// How many messages there are for each process.
    pub messages_per_pod: u32,
    /// How many seconds a process may take to end.
    pub grace: u32,
}

/// A queue that a worker consumes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Its URL.
    pub url: String,
    /// Its ARN.
    pub arn: String,
}

/// A worker, as the local cloud tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningWorker {
    /// `CloudFormation`'s name of its stack.
    pub stack: String,
    /// Its logical id.
    pub id: String,
    /// Where its queues are.
    pub region: String,
    /// The ids of its processes.
    pub processes: Vec<i32>,
    /// How many processes the messages in its queues ask for.
    pub wanted: u32,
    /// As many at most.
    pub max: u32,
    /// How often a process was started again that had ended by itself.
    pub restarts: u32,
    /// Where its processes write.
    pub log_group: String,
    /// What is wrong with it.
    pub problem: Option<String>,
}

#[derive(Deserialize)]
struct Told {
    workers: Vec<RunningWorker>,
}

/// The workers of the local cloud.
///
/// # Errors
/// When it does not answer.
pub async fn workers(cloud: &LocalCloud) -> anyhow::Result<Vec<RunningWorker>> {
    let body = http::get(cloud, "workers").await?;
    let told: Told = serde_json::from_slice(&body).context("the local cloud did not say which workers it has")?;
    Ok(told.workers)
}

#[derive(Deserialize)]
struct Put {
    changed: bool,
}

/// Runs the worker `id` of the stack `stack_name` in `region`. What runs already of the same program and environment goes on;
/// gives whether anything is other than before.
///
/// # Errors
/// When the local cloud does not answer.
pub async fn run_worker(
    cloud: &LocalCloud,
    region: &str,
    stack_name: &str,
    id: &str,
    spec: &Spec,
) -> anyhow::Result<bool> {
    let url = url(cloud, &format!("{region}/{stack_name}/{id}"));
    let answer = answer(cloud, http::client(PATIENCE)?.put(url).body(serde_json::to_vec(spec)?)).await?;
    let put: Put = serde_json::from_slice(&answer).context("the local cloud did not say what changed")?;
    Ok(put.changed)
}

/// Ends the workers of the stack `stack_name` in `region`, and waits until their processes have ended.
///
/// # Errors
/// When the local cloud does not answer.
pub async fn end_workers(cloud: &LocalCloud, region: &str, stack_name: &str) -> anyhow::Result<()> {
    let url = url(cloud, &format!("{region}/{stack_name}"));
    answer(cloud, http::client(PATIENCE)?.delete(url)).await.map(|_| ())
}

/// Ends the processes of all workers, which the next start of the local cloud runs again.
pub(super) async fn stop(cloud: &LocalCloud) -> anyhow::Result<()> {
    answer(cloud, http::client(PATIENCE)?.post(url(cloud, "stop"))).await.map(|_| ())
}

/// A copy of a program that stays as it is while processes run it, wherever cargo builds the next one.
///
/// # Errors
/// When it cannot be read or written.
pub fn keep_program(cloud: &LocalCloud, program: &Path) -> anyhow::Result<PathBuf> {
    let cannot = |path: &Path| format!("cannot copy `{}`", path.display());
    let bytes = fs::read(program).with_context(|| cannot(program))?;
    let folder = cloud.place.folder.join("workers");
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let kept = folder.join(format!("{name}-{}", hex::encode(&Sha256::digest(&bytes)[..8])));
    if kept.exists() {
        return Ok(kept);
    }
    fs::create_dir_all(&folder).with_context(|| cannot(&folder))?;
    let copying = kept.with_extension("new");
    fs::copy(program, &copying).with_context(|| cannot(&copying))?;
    fs::rename(&copying, &kept).with_context(|| cannot(&kept))?;
    Ok(kept)
}

fn url(cloud: &LocalCloud, path: &str) -> String {
    format!("{}/_stackwright/workers/{path}", cloud.endpoint())
}

async fn answer(cloud: &LocalCloud, request: reqwest::RequestBuilder) -> anyhow::Result<Vec<u8>> {
    let answer = match request.send().await.and_then(reqwest::Response::error_for_status) {
        Ok(response) => response.bytes().await,
        Err(error) => Err(error),
    };
    let bytes = answer.map_err(|error| {
        Failure::new(format!("the local cloud on port {} does not run workers: {error}", cloud.place.port))
            .help("see whether it runs: `cargo xtask local status`")
    })?;
    Ok(bytes.to_vec())
}
