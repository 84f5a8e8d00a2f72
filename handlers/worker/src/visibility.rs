//! Which messages are hidden from others, and for how long.
//!
//! A message is hidden for the queue's visibility timeout when it is received, and before half of that is over for as
//! long again, while it is gathered and worked on. What ends by a failure stays hidden for what is left of that, as with
//! Lambda: it is the time until the next try.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use tokio::time::{Instant, sleep, sleep_until};

use crate::backoff::Backoff;
use crate::engine::Engine;
use crate::message::Message;
use crate::queue::Queue;
use crate::settings::{MAX_CALL, MAX_HIDDEN};
use crate::sqs::Outcome;

/// The calls about one batch at a time: it may have 10,000 messages.
pub(crate) const CALLS_AT_ONCE: usize = 8;

/// How often a message is tried to be released; after that it is so when its visibility timeout is over.
const RELEASES: usize = 5;

/// Keeps `messages`, to which more may come, hidden for as long as this is polled.
pub(crate) async fn keep_hidden(
    engine: &Engine,
    queue: &Queue,
    visibility: Duration,
    messages: &RefCell<Vec<Rc<Message>>>,
) -> Infallible {
    loop {
        let next = messages.borrow().iter().filter_map(|message| message.extend_at.get()).min();
        match next {
            Some(next) => sleep_until(next).await,
            None => sleep(visibility / 4).await,
        }
        // Those that are due soon go with them in one call.
        let soon = Instant::now() + visibility / 8;
        let is_due = |message: &&Rc<Message>| message.extend_at.get().is_some_and(|at| at <= soon);
        let due: Vec<_> = messages.borrow().iter().filter(is_due).cloned().collect();
        stream::iter(due.chunks(MAX_CALL))
            .for_each_concurrent(CALLS_AT_ONCE, |chunk| extend(engine, queue, visibility, chunk))
            .await;
    }
}

async fn extend(engine: &Engine, queue: &Queue, visibility: Duration, messages: &[Rc<Message>]) {
    let began = Instant::now();
    let (possible, ended): (Vec<_>, Vec<_>) =
        messages.iter().cloned().partition(|message| began + visibility < message.received_at + MAX_HIDDEN);
    for message in ended {
        tracing::warn!(
            queue = queue.name(),
            message_id = message.id,
            "the message was hidden for 12 hours: it comes back"
        );
        message.extend_at.set(None);
    }
    if possible.is_empty() {
        return;
    }
    let failed = |message: &Message, cause: &str| {
        let left = message.hidden_until.get().saturating_duration_since(Instant::now());
        let next = Instant::now() + (left / 4).max(Duration::from_millis(100));
        message.extend_at.set((!left.is_zero()).then_some(next));
        engine.metrics.extension_failed(queue);
        let (queue, message_id, left) = (queue.name(), &message.id, left.as_secs());
        tracing::warn!(queue, message_id, left, error = cause, "the message could not be hidden for longer");
    };
    match engine.sqs.hide(&queue.url, &possible, visibility).await {
        Err(failure) => possible.iter().for_each(|message| failed(message, &failure.to_string())),
        Ok(outcomes) => {
            for (message, outcome) in possible.iter().zip(outcomes) {
                match outcome {
                    Outcome::Done => {
                        message.hidden_until.set(began + visibility);
                        message.extend_at.set(Some(began + visibility / 2));
                    }
                    Outcome::Failed(cause) => failed(message, &cause),
                    Outcome::Lost(cause) => {
                        message.hidden_until.set(Instant::now());
                        failed(message, &cause);
                    }
                }
            }
        }
    }
}

/// Gives messages that an ending worker has not begun, or cannot finish, to others as soon as its calls do not [wait for
/// messages](Engine::polls_end_in) any more.
///
/// Those of a FIFO queue are released in their order, by one call: a message is never to be had while one before it in
/// its group is hidden, since SQS gives nothing of a group while an earlier message of it is in flight.
pub(crate) async fn release(engine: &Engine, queue: &Queue, messages: &[Rc<Message>]) {
    if messages.is_empty() {
        return;
    }
    let released = stream::iter(messages.chunks(MAX_CALL))
        .map(|chunk| release_call(engine, queue, chunk.to_vec()))
        .buffer_unordered(CALLS_AT_ONCE)
        .fold(0, async |sum, released| sum + released)
        .await;
    engine.metrics.released(queue, released);
    let hidden = engine.polls_end_in().as_secs();
    tracing::info!(queue = queue.name(), messages = messages.len(), released, hidden, "messages were released");
}

/// Releases up to ten messages; returns how many.
async fn release_call(engine: &Engine, queue: &Queue, mut left: Vec<Rc<Message>>) -> usize {
    let count = left.len();
    let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_millis(500));
    for _ in 0..RELEASES {
        let cause = match engine.sqs.hide(&queue.url, &left, engine.polls_end_in()).await {
            Ok(outcomes) => {
                let mut cause = None;
                let mut outcomes = outcomes.into_iter();
                left.retain(|_| match outcomes.next() {
                    Some(Outcome::Failed(failure)) => {
                        cause = Some(failure);
                        true
                    }
                    // It is to be had by others already.
                    Some(Outcome::Lost(_) | Outcome::Done) | None => false,
                });
                cause.unwrap_or_default()
            }
            Err(failure) => failure.to_string(),
        };
        if left.is_empty() {
            return count;
        }
        tracing::warn!(
            queue = queue.name(),
            messages = left.len(),
            error = cause,
            "messages could not be released yet"
        );
        sleep(backoff.next()).await;
    }
    count - left.len()
}
