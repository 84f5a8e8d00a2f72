//! Workers as processes of the local cloud.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use reqwest::RequestBuilder;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::cloud::LocalCloud;
use super::http;
use crate::failure::Failure;
use crate::hex;

/// How long an answer may take, beside what workers have to end: the local cloud does nothing else while it deploys.
const PATIENCE: Duration = Duration::from_mins(1);

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
    /// How many seconds its processes may take to end.
    pub grace: u32,
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
    told(&http::get(cloud, "workers").await?)
}

fn told(body: &[u8]) -> anyhow::Result<Vec<RunningWorker>> {
    let told: Told = serde_json::from_slice(body).context("the local cloud did not say which workers it has")?;
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
    let request = http::client(PATIENCE)?.put(url).body(serde_json::to_vec(spec)?);
    let answer = answer(&format!("the worker `{stack_name}/{id}` does not run"), PATIENCE, request).await?;
    let put: Put = serde_json::from_slice(&answer).context("the local cloud did not say what changed")?;
    Ok(put.changed)
}

/// Ends the workers of the stack `stack_name` in `region`, and waits until their processes have ended.
///
/// # Errors
/// When the local cloud does not answer.
pub async fn end_workers(cloud: &LocalCloud, region: &str, stack_name: &str) -> anyhow::Result<()> {
    let what = format!("the workers of `{stack_name}` have not ended");
    let running = told(&answer(&what, PATIENCE, http::client(PATIENCE)?.get(url(cloud, ""))).await?)?;
    let patience = patience(running.iter().filter(|it| it.region == region && it.stack == stack_name));
    let request = http::client(patience)?.delete(url(cloud, &format!("{region}/{stack_name}")));
    answer(&what, patience, request).await.map(|_| ())
}

/// Ends the processes of all workers, `running`, which the next start of the local cloud runs again.
pub(super) async fn stop(cloud: &LocalCloud, running: &[RunningWorker]) -> anyhow::Result<()> {
    let patience = patience(running);
    let request = http::client(patience)?.post(url(cloud, "stop"));
    answer("the workers have not ended", patience, request).await.map(|_| ())
}

/// How long it may take until all of `ending` have ended.
fn patience<'a>(ending: impl IntoIterator<Item = &'a RunningWorker>) -> Duration {
    let longest = ending.into_iter().map(|worker| worker.grace).max().unwrap_or(0);
    PATIENCE + Duration::from_secs(longest.into())
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

/// The answer of the local cloud, or why `what` is so.
async fn answer(what: &str, patience: Duration, request: RequestBuilder) -> anyhow::Result<Vec<u8>> {
    let failed = |error: &reqwest::Error| {
        if error.is_timeout() {
            format!("the local cloud has not answered for {} s", patience.as_secs())
        } else {
            format!("the local cloud does not answer: {error}")
        }
    };
    let why = match request.send().await {
        Ok(response) => {
            let is_done = response.status().is_success();
            match response.bytes().await {
                Ok(body) if is_done => return Ok(body.to_vec()),
                Ok(body) => format!("the local cloud refuses: {}", String::from_utf8_lossy(&body)),
                Err(error) => failed(&error),
            }
        }
        Err(error) => failed(&error),
    };
    Err(Failure::new(format!("{what}: {why}")).help("see whether it runs: `cargo xtask local status`").into())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn worker(grace: u32) -> RunningWorker {
        RunningWorker {
            stack: "jobs-dev".to_owned(),
            id: "Consumer".to_owned(),
            region: "eu-west-1".to_owned(),
            processes: Vec::new(),
            wanted: 0,
            max: 1,
            restarts: 0,
            grace,
            log_group: String::new(),
            problem: None,
        }
    }

    #[test]
    fn workers_are_waited_for_as_long_as_they_may_take() {
        let minutes = |grace: &[u32]| patience(&grace.iter().copied().map(worker).collect::<Vec<_>>()).as_secs() / 60;
        assert_eq!((minutes(&[]), minutes(&[30, 900, 60]), minutes(&[43_200])), (1, 16, 721));
    }

    /// What is said of a local cloud that sends `answer`, or nothing while it is waited for.
    async fn said(answered: Option<&'static str>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1_000]).unwrap();
            match answered {
                Some(text) => stream.write_all(text.as_bytes()).unwrap(),
                None => thread::sleep(Duration::from_mins(1)),
            }
        });
        let patience = Duration::from_secs(1);
        let request = http::client(patience).unwrap().delete(url);
        answer("the workers of `jobs-dev` have not ended", patience, request).await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn why_workers_have_not_ended_is_told() {
        let what = "the workers of `jobs-dev` have not ended: the local cloud";
        let help = "\n  help: see whether it runs: `cargo xtask local status`";
        assert_eq!(said(None).await, format!("{what} has not answered for 1 s{help}"));
        let refused = "HTTP/1.1 400 Bad Request\r\ncontent-length: 4\r\n\r\nwhy?";
        assert_eq!(said(Some(refused)).await, format!("{what} refuses: why?{help}"));
        let gone = said(Some("")).await;
        assert!(gone.starts_with(&format!("{what} does not answer: ")), "{gone}");
    }
}
