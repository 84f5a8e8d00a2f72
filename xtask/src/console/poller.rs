//! Finds out what happens in the stacks that run, for as long as the console does.

mod activity;
mod metrics;
mod pace;

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{join_all, try_join_all};
use tokio::sync::Notify;
use tokio::sync::watch::Receiver;
use tokio::time::{Instant, sleep};

use super::Running;
use super::state::{Change, Event, Hub, Kind, MOST_EVENTS, Numbers, Passage};
use crate::local::{self, Call};
use crate::operate::log_events::{LogEvent, LogEvents};
use crate::operate::running_stack::{PROGRAM, QUEUE, RunningStack};
use crate::operate::{moment, queue};
use crate::services;
use activity::{Activity, Doomed, Functions};
use metrics::Metrics;
use pace::Pace;

/// How far back logs are read when the console starts.
const HISTORY: Duration = Duration::from_mins(15);

/// What holds something that is counted.
const STORES: [&str; 3] = ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket"];

/// Looks at the stacks of `running` for ever, and tells `hub`.
pub async fn poll(hub: Arc<Hub>, mut running: Receiver<Running>) {
    let mut since = moment::before_now(HISTORY);
    // By stack: a deployment must not begin them anew.
    let mut counted = BTreeMap::<String, Functions>::new();
    loop {
        let stacks = running.borrow_and_update().clone();
        hub.show(&stacks);
        for stack in &*stacks {
            counted.entry(stack.stack.name().to_owned()).or_default();
        }
        let follow = join_all(counted.iter_mut().filter_map(|(name, functions)| {
            let stack = stacks.iter().find(|it| it.stack.name() == name)?;
            Some(Follower::new(&hub, stack).follow(since, functions))
        }));
        tokio::select! {
            // Where there is no stack it ends at once.
            () = async { follow.await; pending::<()>().await } => {}
            changed = running.changed() => {
                if changed.is_err() {
                    // Nobody can change them any more.
                    pending::<()>().await;
                }
            }
        }
        since = moment::now();
    }
}

/// Follows one stack.
struct Follower<'a> {
    hub: &'a Hub,
    stack: &'a RunningStack,
    pace: Pace,
    /// A function has changed what a table or bucket holds.
    is_stored: Notify,
}

impl<'a> Follower<'a> {
    fn new(hub: &'a Hub, stack: &'a RunningStack) -> Self {
        Self { hub, stack, pace: Pace::of(stack), is_stored: Notify::new() }
    }

    async fn follow(self, since: i64, functions: &mut Functions) {
        futures::join!(self.watch(since, functions), self.count_stores());
    }

    fn name(&self) -> String {
        self.stack.stack.name().to_owned()
    }

    /// Looks at logs, queues and calls again and again.
    async fn watch(&self, since: i64, functions: &mut Functions) {
        let groups = self.stack.log_groups(&self.stack.all(PROGRAM).collect::<Vec<_>>());
        let mut log = LogEvents::since(&self.stack.cloud, &groups, since).followed();
        let mut activity = Activity::of(self.stack, functions);
        let mut calls = Seen::default();
        let mut metrics = Metrics::of(self.stack, since);
        // What was read before something else could not be is kept for the next look.
        let mut lines = Vec::new();
        loop {
            self.wait_for_page().await;
            let began = Instant::now();
            let looked = self.look(&mut log, &mut lines, &mut activity, &mut calls).await;
            let is_done = looked.as_ref().is_ok_and(|(_, is_done)| *is_done);
            let counted = self.take_metrics(&mut metrics, &mut activity).await;
            let problem = looked.and_then(|(change, _)| {
                self.hub.change(change);
                counted
            });
            self.hub.set_problem(&self.name(), problem.err().map(|error| format!("{error:#}")).as_deref());
            sleep(self.pace.pause(self.hub.is_watched(), began.elapsed())).await;
            if is_done {
                log.go_on();
            }
        }
    }

    /// On AWS a look costs money: there is none while no page is open.
    async fn wait_for_page(&self) {
        if self.stack.cloud.local.is_none() {
            self.hub.watched().await;
        }
    }

    /// What changed since the last look, and whether all that was logged is read.
    async fn look(
        &self,
        log: &mut LogEvents<'_>,
        lines: &mut Vec<LogEvent>,
        activity: &mut Activity<'_>,
        seen: &mut Seen,
    ) -> anyhow::Result<(Change, bool)> {
        let queues = try_join_all(self.stack.all(QUEUE).map(async |it| {
            let counts = queue::counts(&self.stack.cloud, &it.physical_id).await?;
            anyhow::Ok((it.id.clone(), counts))
        }));
        let calls = async {
            match &self.stack.cloud.local {
                Some(local) => local::calls(local).await.map(|it| it.calls),
                None => Ok(Vec::new()),
            }
        };
        let reading = async {
            while lines.len() < MOST_EVENTS {
                match log.next().await? {
                    Some(line) => lines.push(line),
                    None => return anyhow::Ok(true),
                }
            }
            Ok(false)
        };
        let (queues, calls, is_done) = futures::try_join!(queues, calls, reading)?;
        let mut change = Change::default();
        self.take_calls(seen.take_new(&calls), activity, &mut change);
        activity.take_lines(&std::mem::take(lines), &mut change);
        self.take_queues(queues, activity, &mut change);
        let numbers = change.numbers.entry(self.name()).or_default();
        numbers.extend(activity.numbers());
        change.passages.dedup();
        Ok((change, is_done))
    }

    async fn take_metrics(&self, metrics: &mut Metrics, activity: &mut Activity<'_>) -> anyhow::Result<()> {
        let Some(counted) = metrics.read(&self.stack.cloud).await? else { return Ok(()) };
        for (function, throttles) in counted.throttles() {
            activity.throttled(function, throttles);
        }
        let numbers = activity.numbers().into_iter().chain(counted.apis()).collect();
        self.hub.change(Change { numbers: BTreeMap::from([(self.name(), numbers)]), ..Change::default() });
        Ok(())
    }

    fn take_calls(&self, new: Vec<Call>, activity: &mut Activity<'_>, change: &mut Change) {
        for call in new {
            for made in self.stack.calls(std::iter::once(&call)) {
                let part = made.resource.split('/').next().unwrap_or_default();
                let action = made.action.split_once(':').map_or(made.action.as_str(), |(_, name)| name);
                activity.called(&made.function, part, action, made.allowed);
                if activity.is_part(part) {
                    let (from, to) = (made.function.clone(), part.to_owned());
                    change.passages.push(Passage { stack: self.name(), from, to, good: made.allowed });
                }
                self.is_stored.notify_one();
                let text = if made.allowed {
                    format!("{action} on {}", made.resource)
                } else {
                    format!("was denied {} on {}", made.action, made.resource)
                };
                change.events.push(Event {
                    // The local cloud tells whole seconds; it was seen a moment ago.
                    time: moment::now(),
                    stack: self.name(),
                    to: activity.is_part(part).then(|| part.to_owned()),
                    part: made.function,
                    kind: Kind::Call,
                    level: (!made.allowed).then_some("error"),
                    text,
                    ..Event::default()
                });
            }
        }
    }

    fn take_queues(&self, counts: Vec<(String, queue::Counts)>, activity: &mut Activity<'_>, change: &mut Change) {
        let numbers = change.numbers.entry(self.name()).or_default();
        for (id, queue::Counts { visible, in_flight, delayed }) in counts {
            let came = activity.arrived(&id, visible + in_flight + delayed);
            numbers.insert(id.clone(), Numbers::Queue { waiting: visible, in_flight, delayed });
            let sources = activity.failing_to(&id);
            if came == 0 || sources.is_empty() {
                continue;
            }
            for from in sources {
                change.passages.push(Passage { stack: self.name(), from, to: id.clone(), good: false });
            }
            let event = |count| Event {
                time: moment::now(),
                stack: self.name(),
                part: id.clone(),
                kind: Kind::Dead,
                level: Some("error"),
                text: format!("{} came to {id}", services::quantity(count, "message")),
                ..Event::default()
            };
            let known = activity.died(&id, came);
            let others = came - known.len() as u64;
            change.events.extend(known.into_iter().map(|Doomed { message, trace }| Event {
                fields: [("message_id".to_owned(), message.clone().into())].into_iter().collect(),
                message: Some(message),
                trace,
                ..event(1)
            }));
            change.events.extend((others > 0).then(|| event(others)));
        }
    }

    /// Counts what tables and buckets hold, again when it may have changed.
    async fn count_stores(&self) {
        let stores: Vec<_> = STORES
            .iter()
            .flat_map(|kind| self.stack.of_type(kind).map(|(id, _)| id))
            .filter_map(|id| self.stack.resource(id))
            .collect();
        loop {
            self.wait_for_page().await;
            let began = Instant::now();
            let counted = join_all(stores.iter().map(async |store| {
                let holds = services::contents(&self.stack.cloud, store).await.ok()?;
                Some((store.id.clone(), Numbers::Store { holds }))
            }));
            let numbers: BTreeMap<_, _> = counted.await.into_iter().flatten().collect();
            self.hub.change(Change { numbers: BTreeMap::from([(self.name(), numbers)]), ..Change::default() });
            let is_watched = self.hub.is_watched();
            sleep(self.pace.pause(is_watched, began.elapsed())).await;
            tokio::select! {
                () = sleep(self.pace.rest(is_watched)) => {}
                () = self.is_stored.notified() => {}
            }
        }
    }
}

/// What a call is told by: role, session, action, resource, and whether it was allowed.
type CallKey = (String, String, String, String, bool);

/// How often each call had been made when the local cloud was last asked.
#[derive(Debug, Default)]
struct Seen {
    counts: Option<BTreeMap<CallKey, u64>>,
}

impl Seen {
    /// Those of `calls` that were made since; of the first ones, nobody knows when they were made.
    fn take_new(&mut self, calls: &[Call]) -> Vec<Call> {
        let key = |it: &Call| (it.role.clone(), it.session.clone(), it.action.clone(), it.resource.clone(), it.allowed);
        let now: BTreeMap<_, _> = calls.iter().map(|it| (key(it), it.count)).collect();
        let Some(before) = self.counts.replace(now) else { return Vec::new() };
        calls.iter().filter(|it| before.get(&key(it)) != Some(&it.count)).cloned().collect()
    }
}
