//! A slot: it gathers the messages of a batch, has the handler work on them, and deletes what is done.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument as _;

use crate::deletion::delete;
use crate::engine::Engine;
use crate::groups::AtWork;
use crate::invocation::{self, Handler, Invocation};
use crate::message::Message;
use crate::queue::{Described, Queue};
use crate::receiver::gather;
use crate::visibility::{keep_hidden, release};

/// A slot that is counted at its queue until this is dropped.
struct Counted<'a>(&'a Cell<usize>);

impl<'a> Counted<'a> {
    fn new(count: &'a Cell<usize>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// How the work on a batch ended.
enum Ended<'a> {
    /// The handler did what it could.
    Worked {
        outcome: &'static str,
        /// The ids of the messages that come back.
        given_back: BTreeSet<String>,
        /// The groups, until what is done is deleted.
        groups: Option<AtWork<'a>>,
    },
    /// The worker was told to end, and it could not be finished any more.
    NotBegun,
    /// The worker's time was over.
    CutOff,
}

/// Serves `queue` once: receives, works, deletes.
pub(crate) async fn serve(engine: &Engine, queue: &Queue, handler: &Handler<'_>) {
    let Some(described) = queue.described() else { return };
    queue.turned_to.set(Some(Instant::now()));
    let receiving = Counted::new(&queue.receiving);
    let messages = gather(engine, queue, &described).await;
    drop(receiving);
    let _working = Counted::new(&queue.working);
    if !engine.may_begin() {
        release(engine, queue, &messages.into_inner()).await;
        return;
    }
    if !messages.borrow().is_empty() {
        let invocation = Invocation::new(engine.settings.timeout);
        let span = invocation.span();
        process(engine, queue, &described, handler, invocation, messages).instrument(span).await;
    }
}

async fn process(
    engine: &Engine,
    queue: &Queue,
    described: &Described,
    handler: &Handler<'_>,
    invocation: Invocation,
    messages: RefCell<Vec<Rc<Message>>>,
) {
    let in_flight = engine.metrics.begun(queue);
    let began = Instant::now();
    let ended = tokio::select! {
        biased;
        ended = work(engine, queue, described, handler, invocation, &messages) => ended,
        never = keep_hidden(engine, queue, described.visibility, &messages) => match never {},
        () = engine.shutdown.after(engine.work_ends()) => Ended::CutOff,
    };
    let messages = messages.into_inner();
    let (outcome, given_back, groups) = match ended {
        Ended::Worked { outcome, given_back, groups } => (outcome, given_back, groups),
        Ended::NotBegun => return release(engine, queue, &messages).await,
        Ended::CutOff => {
            tracing::error!(queue = queue.name(), "the grace is over: the batch is dropped, and released");
            engine.metrics.ended(queue, "cut off", began.elapsed(), 0, 0);
            return release(engine, queue, &messages).await;
        }
    };
    let took = began.elapsed();
    let (failed, done): (Vec<_>, Vec<_>) = messages.into_iter().partition(|it| given_back.contains(&it.id));
    let undeleted = delete(engine, queue, &done).await;
    drop((groups, in_flight));
    report(queue, outcome, took, done.len() + failed.len(), failed.len());
    engine.metrics.ended(queue, outcome, took, done.len() - undeleted.len(), failed.len() + undeleted.len());
}

/// Says how a batch ended, as Lambda reports each invocation.
fn report(queue: &Queue, outcome: &str, took: Duration, messages: usize, failed: usize) {
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(queue = queue.name(), outcome, messages, failed, ms, "the batch ended");
}

/// Has the handler work on `messages`, once no other batch of their groups is at work.
async fn work<'a>(
    engine: &Engine,
    queue: &'a Queue,
    described: &Described,
    handler: &Handler<'_>,
    invocation: Invocation,
    messages: &RefCell<Vec<Rc<Message>>>,
) -> Ended<'a> {
    let mut groups = None;
    if queue.url.is_fifo() {
        let names = messages.borrow().iter().filter_map(|it| it.group().map(str::to_owned)).collect();
        tokio::select! {
            biased;
            taken = queue.groups.take(names) => groups = Some(taken),
            () = engine.shutdown.after(engine.beginning_ends()) => return Ended::NotBegun,
        }
    }
    // Only now, since what was waited for may have been their own work.
    delete_processed(engine, queue, messages).await;
    let batch = messages.borrow().clone();
    if batch.is_empty() {
        return Ended::NotBegun;
    }
    match invocation.run(handler, &batch, &described.arn).await {
        Ok(given_back) => {
            let outcome = match given_back.len() {
                0 => "done",
                count if count < batch.len() => "partly done",
                _ => "failed",
            };
            Ended::Worked { outcome, given_back, groups }
        }
        Err(error) => {
            tracing::error!(queue = queue.name(), %error, "the batch failed: its messages return to the queue");
            let given_back = batch.iter().map(|message| message.id.clone()).collect();
            Ended::Worked { outcome: outcome_of(&error), given_back, groups }
        }
    }
}

/// As the metrics name it.
const fn outcome_of(error: &invocation::Failed) -> &'static str {
    match error {
        invocation::Failed::TimedOut(_) => "timed out",
        invocation::Failed::Panicked(_) => "panicked",
        invocation::Failed::Error(_) | invocation::Failed::Answer(_) => "failed",
    }
}

/// Deletes those of `messages` that are done and came back, so that the others are left.
async fn delete_processed(engine: &Engine, queue: &Queue, messages: &RefCell<Vec<Rc<Message>>>) {
    let (done, open): (Vec<_>, Vec<_>) = messages.take().into_iter().partition(|it| queue.processed.has(&it.id));
    messages.replace(open);
    if done.is_empty() {
        return;
    }
    for message in &done {
        queue.processed.forget(&message.id);
    }
    tracing::info!(queue = queue.name(), messages = done.len(), "messages that are done came back, and are deleted");
    delete(engine, queue, &done).await;
}
