//! Where a request or a message ended.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::step::Step;
use crate::operate::queue;
use crate::operate::running_stack::RunningStack;

/// Where something ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Written to a table or a bucket, by its logical id.
    Written(String),
    /// Answered to a route, with the status.
    Answered(String, i64),
    /// In a dead-letter queue; whether it was found there.
    Dead(String, bool),
    /// Back in a queue, until it is received again.
    Waits(String),
    /// Nowhere: an invocation failed that nobody repeats, or that says no end.
    Lost(String),
}

/// Where the steps ended, each place once.
///
/// # Errors
/// When a dead-letter queue cannot be looked into.
pub async fn ends(running: &RunningStack, steps: &[Step]) -> anyhow::Result<BTreeSet<End>> {
    let mut ends = BTreeSet::new();
    for (number, step) in steps.iter().enumerate() {
        let written = step.effects.iter().filter(|it| it.is_written());
        ends.extend(written.map(|effect| End::Written(effect.to.clone())));
        let is_repeated = steps[number + 1..].iter().any(|later| later.is_again(step));
        if let (Some(status), Some(route)) = (step.status, &step.from) {
            ends.insert(End::Answered(route.clone(), status));
        }
        if !step.is_undone() || is_repeated {
            continue;
        }
        ends.insert(match (&step.message, queue_of(running, step)) {
            (Some(message), Some(queue)) => failed_in(running, queue, message, step.receive_count).await?,
            _ => End::Lost(step.function.clone()),
        });
    }
    Ok(ends)
}

impl Step {
    /// Whether it is a further delivery of the same.
    fn is_again(&self, earlier: &Self) -> bool {
        let is_same = if self.message.is_some() { self.message == earlier.message } else { self.ids == earlier.ids };
        self.function == earlier.function && self.trace == earlier.trace && self.request != earlier.request && is_same
    }
}

/// The logical id of the queue that a message came from.
fn queue_of<'a>(running: &'a RunningStack, step: &Step) -> Option<&'a str> {
    running.queue(step.source.as_deref()?).map(|it| it.id.as_str())
}

async fn failed_in(running: &RunningStack, queue: &str, message: &str, count: Option<i64>) -> anyhow::Result<End> {
    let Some((most, arn)) = running.redrive_policy(queue) else { return Ok(End::Waits(queue.to_owned())) };
    // A message may be there earlier: a look at its queue is a receive.
    let url = queue::url_of(running, arn).await?;
    let is_there = queue::find(&running.cloud, &url, message, async |_| Ok(())).await?;
    if is_there || count.is_some_and(|count| count >= most) {
        return Ok(End::Dead(running.shown(arn), is_there));
    }
    Ok(End::Waits(queue.to_owned()))
}

impl End {
    /// In words.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Written(to) => format!("written to {to}"),
            Self::Answered(route, status) => format!("{route} answered {status}"),
            Self::Dead(queue, true) => format!("in the dead-letter queue {queue}"),
            Self::Dead(queue, false) => format!("went to the dead-letter queue {queue}, and was not found there"),
            Self::Waits(queue) => format!("back in {queue}, until it is received again"),
            Self::Lost(function) => format!("{function} did not end it"),
        }
    }

    /// For a program.
    #[must_use]
    pub fn as_json(&self) -> Json {
        match self {
            Self::Written(to) => serde_json::json!({"kind": "written", "to": to}),
            Self::Answered(route, status) => serde_json::json!({"kind": "answered", "to": route, "status": status}),
            Self::Dead(queue, present) => serde_json::json!({"kind": "dead", "to": queue, "present": present}),
            Self::Waits(queue) => serde_json::json!({"kind": "waits", "to": queue}),
            Self::Lost(function) => serde_json::json!({"kind": "lost", "to": function}),
        }
    }
}
