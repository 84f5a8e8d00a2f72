//! The logs of functions, and of workers in a cluster, in one order of time.

use futures::future::join_all;
use kubernetes::Logs;

use super::log_events::{LogEvent, LogEvents};
use crate::workloads::cluster::explain;

/// What functions write, and workers.
#[derive(Debug)]
pub struct AllLogs<'a> {
    functions: LogEvents<'a>,
    head: Option<LogEvent>,
    workers: Vec<WorkerLog>,
}

#[derive(Debug)]
struct WorkerLog {
    /// The number of its group.
    group: usize,
    logs: Logs,
    head: Option<LogEvent>,
}

impl<'a> From<LogEvents<'a>> for AllLogs<'a> {
    fn from(functions: LogEvents<'a>) -> Self {
        Self { functions, head: None, workers: Vec::new() }
    }
}

impl AllLogs<'_> {
    /// The same with what the pods of a worker write, as the group with this number.
    pub fn add(&mut self, group: usize, logs: Logs) {
        self.workers.push(WorkerLog { group, logs, head: None });
    }

    /// The next event; `None` when there is none for now.
    ///
    /// # Errors
    /// When AWS refuses, or a cluster does.
    pub async fn next(&mut self) -> anyhow::Result<Option<LogEvent>> {
        if self.head.is_none() {
            self.head = self.functions.next().await?;
        }
        let waiting = self.workers.iter_mut().filter(|worker| worker.head.is_none());
        join_all(waiting.map(WorkerLog::fill)).await.into_iter().collect::<anyhow::Result<()>>()?;
        let heads = self.workers.iter_mut().map(|worker| &mut worker.head).chain([&mut self.head]);
        let first = heads.filter(|head| head.is_some()).min_by_key(|head| head.as_ref().map(|it| (it.time, it.group)));
        Ok(first.and_then(Option::take))
    }

    /// Goes on with what was written since the last event that was given.
    pub fn go_on(&mut self) {
        self.functions.go_on();
        self.workers.iter_mut().for_each(|worker| worker.logs.go_on());
    }
}

impl WorkerLog {
    async fn fill(&mut self) -> anyhow::Result<()> {
        let line = self.logs.next().await.map_err(|error| explain("", &error))?;
        self.head = line.map(|line| LogEvent::of_pod(self.group, line.time, line.pod, line.text));
        Ok(())
    }
}
