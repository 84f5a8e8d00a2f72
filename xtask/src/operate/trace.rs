//! What became of a request or a message, as the logs of functions tell.
//!
//! `stackwright-functions` and the bindings log what was received, called and answered, each with its request, its
//! trace and its message. From one id the others are found: a line that names an id tells its trace, the lines of a
//! trace tell what was sent, and what was sent tells the next.

mod ends;
mod line;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use super::log_events::{LogEvents, LogGroup};
use super::running_stack::{PROGRAM, RunningStack};
use crate::ui;

pub use ends::{End, ends};
use line::TraceLine;
pub use step::{Effect, Outcome, Said, Step};

/// How many lines are looked at, of which each takes some hundred bytes. A trace of more is of a system that goes round.
const MOST_LINES: usize = 20_000;

/// What was done on behalf of a request or a message, in the order of time.
#[derive(Debug, Default)]
pub struct Trace {
    /// The ids of the traces that it belongs to: one, unless a service did not pass it on.
    pub ids: Vec<String>,
    /// What functions did.
    pub steps: Vec<Step>,
}

/// Follows `id` through the logs since `from`: a request id, a message id, a trace's, or any other that a line names.
///
/// # Errors
/// When logs cannot be read.
pub async fn follow(running: &RunningStack, id: &str, from: i64) -> anyhow::Result<Trace> {
    let functions: Vec<_> = running.all(PROGRAM).collect();
    let groups = running.log_groups(&functions);
    let mut search = Search { wanted: BTreeSet::from([id.to_owned()]), ..Search::default() };
    while let Some(new) = search.next() {
        read(running, &groups, from, &new, &mut search).await?;
    }
    // What Lambda itself says of an invocation names no trace.
    let requests: Vec<_> =
        search.own_lines().filter_map(|it| it.request.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let mut reports = Search::default();
    read(running, &groups, from, &requests, &mut reports).await?;
    let reports = reports.lines.into_values().filter_map(|it| Some((it.request?, it.report?))).collect();
    Ok(Trace {
        ids: search.traces.iter().cloned().collect(),
        steps: step::steps(running, &groups, search.own_lines(), &reports),
    })
}

/// What is looked for, and what was found.
#[derive(Debug, Default)]
struct Search {
    /// Ids that a line of this must name, or its trace's.
    wanted: BTreeSet<String>,
    asked: BTreeSet<String>,
    traces: BTreeSet<String>,
    /// By time and id, each once.
    lines: BTreeMap<(i64, String), TraceLine>,
}

impl Search {
    /// What has not been asked for yet; `None` when nothing is left.
    fn next(&mut self) -> Option<Vec<String>> {
        let new: Vec<_> = self.wanted.union(&self.traces).filter(|id| !self.asked.contains(*id)).cloned().collect();
        self.asked.extend(new.iter().cloned());
        (!new.is_empty() && self.lines.len() < MOST_LINES).then_some(new)
    }

    fn take(&mut self, key: (i64, String), line: TraceLine) {
        // A line that only has an id of this by chance, as one of the same batch, is of another trace.
        if let Some(trace) = &line.trace
            && !self.traces.contains(trace)
            && self.wanted.iter().any(|id| line.names(id))
        {
            self.traces.insert(trace.clone());
        }
        if line.trace.as_ref().is_some_and(|trace| self.traces.contains(trace)) {
            self.wanted.extend(line.sent_ids().map(str::to_owned));
        }
        self.lines.insert(key, line);
    }

    fn own_lines(&self) -> impl Iterator<Item = &TraceLine> {
        self.lines.values().filter(|it| it.trace.as_ref().is_some_and(|trace| self.traces.contains(trace)))
    }
}

async fn read(
    running: &RunningStack,
    groups: &[LogGroup],
    from: i64,
    ids: &[String],
    search: &mut Search,
) -> anyhow::Result<()> {
    for ids in ids.chunks(LogEvents::MOST_TEXTS) {
        let mut log = LogEvents::since(&running.cloud, groups, from).containing_any(ids);
        while let Some(event) = log.next().await? {
            if search.lines.len() == MOST_LINES {
                ui::warn(format!("only the first {MOST_LINES} lines of this are followed"));
                return Ok(());
            }
            let key = event.key();
            search.take(key, TraceLine::of(&event));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: &str) -> TraceLine {
        TraceLine::of_text(0, 0, message)
    }

    #[test]
    fn from_one_id_the_traces_and_from_these_what_was_sent() {
        let mut search = Search { wanted: BTreeSet::from(["m-1".to_owned()]), ..Search::default() };
        assert_eq!(search.next().unwrap(), ["m-1"]);
        let received = r#"{"target":"stackwright","message":"received","span":{"requestId":"r-1","trace_id":"t-1","message_id":"m-1"}}"#;
        let other = received.replace("t-1", "t-2").replace("m-1", "m-2");
        let sent =
            r#"{"target":"stackwright","message":"called","id":"m-3 m-4","span":{"requestId":"r-1","trace_id":"t-1"}}"#;
        search.take((1, "a".to_owned()), line(received));
        search.take((2, "b".to_owned()), line(&other));
        assert_eq!(search.next().unwrap(), ["t-1"]);
        search.take((3, "c".to_owned()), line(sent));
        assert_eq!(search.next().unwrap(), ["m-3", "m-4"]);
        assert_eq!(search.next(), None);
        assert_eq!(search.own_lines().count(), 2, "the other message of the batch is of another trace");
    }

    #[test]
    fn an_id_is_not_a_part_of_another() {
        for named in
            [r#"{"id":"order-1"}"#, r#"{"to":"bucket/order-1/m.json"}"#, r#"{"a":"order-10, order-1."}"#, "order-1"]
        {
            assert!(line(named).names("order-1"), "{named}");
        }
        for other in [r#"{"id":"order-10"}"#, r#"{"id":"my-order-1"}"#, r#"{"id":"order-1_a"}"#, r#"{"id":"order-1é"}"#]
        {
            assert!(!line(other).names("order-1"), "{other}");
        }
    }
}
