//! What the pods of a worker write, in the order of time.
//!
//! Of each pod one line is held, and the earliest of all comes next, so that any number of lines can be read in little
//! memory. Each pod is read by a task of its own. While logs are followed, a pod that has nothing to say is waited for only
//! shortly, so that it holds up no other.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use futures::{AsyncBufReadExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::jiff::Timestamp;
use kube::Api;
use kube::api::{ListParams, LogParams};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Cluster;
use super::call::{refused, status};
use super::event::ObjectName;
use crate::Error;
use crate::labels;
use crate::objects::CONTAINER;

/// How many lines of a pod are read ahead.
const AHEAD: usize = 256;
/// How long a pod is waited for that has not written yet, and one that has.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_millis(200));

/// A line that a pod wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When, in milliseconds since the epoch.
    pub time: i64,
    /// The pod.
    pub pod: String,
    /// What.
    pub text: String,
}

/// What the pods of a worker write.
#[derive(Debug)]
pub struct Logs {
    cluster: Cluster,
    namespace: String,
    worker: String,
    selector: String,
    since: Timestamp,
    follow: bool,
    is_listed: bool,
    pods: BTreeMap<String, PodLog>,
}

type Line = Result<(Timestamp, String), kube::Error>;

/// How far the log of a pod is read.
#[derive(Debug)]
struct PodLog {
    /// The time of the last line, or that of the first which is wanted.
    latest: Timestamp,
    has_written: bool,
    /// Nothing more is waited for in this round.
    is_quiet: bool,
    head: Option<(Timestamp, String)>,
    reading: Option<Reading>,
}

#[derive(Debug)]
struct Reading {
    lines: Receiver<Line>,
    task: JoinHandle<()>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Cluster {
    /// What the pods of a worker of the stack `stack` wrote since `since`, in milliseconds since the epoch; with `follow` also
    /// what they write from now on. Pods that are gone have no log.
    #[must_use]
    pub fn logs(&self, stack: &str, namespace: &str, worker: &str, since: i64, follow: bool) -> Logs {
        Logs {
            cluster: self.clone(),
            namespace: namespace.to_owned(),
            worker: worker.to_owned(),
            selector: labels::selector_text(stack, worker),
            since: Timestamp::from_millisecond(since).unwrap_or(Timestamp::UNIX_EPOCH),
            follow,
            is_listed: false,
            pods: BTreeMap::new(),
        }
    }
}

impl Logs {
    /// The next line; nothing when there is none for now.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn next(&mut self) -> Result<Option<LogLine>, Error> {
        if !self.is_listed {
            self.list().await?;
        }
        let follow = self.follow;
        let waiting = self.pods.values_mut().filter(|pod| pod.head.is_none() && !pod.is_quiet);
        let filled = join_all(waiting.map(|pod| pod.fill(follow))).await;
        let name = ObjectName { kind: "Pod".to_owned(), namespace: Some(self.namespace.clone()), name: "*".to_owned() };
        filled.into_iter().collect::<Result<(), _>>().map_err(|error| refused("read the logs of", &name, &error))?;
        let first = |(name, pod): (&String, &PodLog)| Some((pod.head.as_ref()?.0, name.clone()));
        let Some((_, name)) = self.pods.iter().filter_map(first).min() else { return Ok(None) };
        let head = self.pods.get_mut(&name).and_then(|pod| pod.head.take());
        Ok(head.map(|(time, text)| LogLine { time: time.as_millisecond(), pod: name, text }))
    }

    /// Goes on with what was written meanwhile, also by pods that are new.
    pub fn go_on(&mut self) {
        self.is_listed = false;
        self.pods.values_mut().for_each(|pod| pod.is_quiet = false);
    }

    /// Finds the pods, and begins to read those that are not read.
    async fn list(&mut self) -> Result<(), Error> {
        let (namespace, selector) = (&self.namespace, &self.selector);
        let parameters = &ListParams::default().labels(selector);
        let list = |client| async move { Api::<Pod>::namespaced(client, namespace).list(parameters).await };
        let name =
            ObjectName { kind: "Deployment".to_owned(), namespace: Some(namespace.clone()), name: self.worker.clone() };
        let pods = self.cluster.call(list).await.map_err(|error| refused("read the pods of", &name, &error))?;
        let names: Vec<_> = pods.items.into_iter().filter_map(|pod| pod.metadata.name).collect();
        // What one that is gone wrote last may still be on its way.
        self.pods.retain(|name, pod| names.contains(name) || pod.reading.is_some() || pod.head.is_some());
        for name in names {
            let pod = self.pods.entry(name.clone()).or_insert_with(|| PodLog {
                latest: self.since,
                has_written: false,
                is_quiet: false,
                head: None,
                reading: None,
            });
            if pod.reading.is_none() {
                let (sender, lines) = channel(AHEAD);
                let wanted = LogParams {
                    container: Some(CONTAINER.to_owned()),
                    follow: self.follow,
                    since_time: Some(pod.latest),
                    timestamps: true,
                    ..LogParams::default()
                };
                let (cluster, namespace) = (self.cluster.clone(), self.namespace.clone());
                let task = tokio::spawn(async move { read(cluster, &namespace, &name, wanted, &sender).await });
                pod.reading = Some(Reading { lines, task });
            }
        }
        self.is_listed = true;
        Ok(())
    }
}

impl PodLog {
    /// Waits for the next line.
    async fn fill(&mut self, follow: bool) -> Result<(), kube::Error> {
        while let Some(reading) = &mut self.reading {
            let patience = if self.has_written { PATIENCE.1 } else { PATIENCE.0 };
            let line =
                if follow { timeout(patience, reading.lines.recv()).await } else { Ok(reading.lines.recv().await) };
            match line {
                // Whole seconds are asked for, and what was read before comes again.
                Ok(Some(Ok((time, _)))) if self.has_written && time <= self.latest => {}
                Ok(Some(Ok((time, text)))) => {
                    (self.latest, self.has_written) = (time, true);
                    self.head = Some((time, text));
                    return Ok(());
                }
                Ok(Some(Err(error))) => return Err(error),
                Ok(None) => self.reading = None,
                Err(_) => break,
            }
        }
        self.is_quiet = true;
        Ok(())
    }
}

/// Reads the log of a pod, to its end or while it is followed.
async fn read(cluster: Cluster, namespace: &str, pod: &str, mut wanted: LogParams, lines: &Sender<Line>) {
    let mut failures = 0;
    loop {
        let ask = &wanted;
        let open = |client| async move { Api::<Pod>::namespaced(client, namespace).log_stream(pod, ask).await };
        let mut stream = match cluster.call(open).await {
            Ok(stream) => stream.lines(),
            // It is gone, or its container does not run yet.
            Err(error) if matches!(status(&error), Some(400 | 404)) => return,
            Err(error) => {
                let _ = lines.send(Err(error)).await;
                return;
            }
        };
        let broken = loop {
            match stream.try_next().await {
                Ok(Some(line)) => {
                    let (time, text) = line.split_once(' ').unwrap_or((&line, ""));
                    // What has no time is of the kubelet, as that a file is gone.
                    let Ok(time) = time.parse::<Timestamp>() else { continue };
                    if lines.send(Ok((time, text.to_owned()))).await.is_err() {
                        return;
                    }
                    (wanted.since_time, failures) = (Some(time), 0);
                }
                Ok(None) => return,
                Err(error) => break error,
            }
        };
        // One that is followed and has nothing to say breaks when the connection has been silent for too long.
        failures += u32::from(!wanted.follow);
        if failures >= cluster.settings.attempts {
            let _ = lines.send(Err(kube::Error::ReadEvents(broken))).await;
            return;
        }
        tokio::time::sleep(cluster.settings.pause).await;
    }
}
