//! Gathers the messages of one batch.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::engine::Engine;
use crate::message::Message;
use crate::queue::{Described, Queue};
use crate::sqs::Request;
use crate::visibility::keep_hidden;

/// As many bytes make a batch full: what Lambda takes as one event.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching>
const FULL: usize = 6 * 1024 * 1024;

/// Receives messages of `queue`: with a window for as long as that, from the first message on, or until the batch is
/// full. They are kept hidden meanwhile.
pub(crate) async fn gather(engine: &Engine, queue: &Queue, described: &Described) -> RefCell<Vec<Rc<Message>>> {
    let messages = RefCell::default();
    tokio::select! {
        biased;
        () = receive(engine, queue, described, &messages) => {}
        never = keep_hidden(engine, queue, described.visibility, &messages) => match never {},
        () = engine.shutdown.after(engine.work_ends()) => {}
    }
    messages
}

async fn receive(engine: &Engine, queue: &Queue, described: &Described, messages: &RefCell<Vec<Rc<Message>>>) {
    let (size, window) = engine.batch_of(queue);
    let mut window_ends = None;
    loop {
        let left = |ends: Instant| ends.saturating_duration_since(Instant::now());
        let wait = match window_ends {
            None => engine.poll(queue),
            // SQS waits for whole seconds.
            Some(ends) => engine.poll(queue).min(Duration::from_secs(left(ends).as_secs() + 1)),
        };
        let most = size - messages.borrow().len();
        let request = Request { most, wait, visibility: described.visibility, attempt: attempt(queue) };
        let is_over = !receive_once(engine, queue, &request, messages).await;
        let (count, bytes) = (messages.borrow().len(), messages.borrow().iter().map(|it| it.size()).sum::<usize>());
        if is_over || count == 0 || count >= size || bytes >= FULL || engine.shutdown.has_begun() {
            return;
        }
        let ends = *window_ends.get_or_insert_with(|| Instant::now() + window);
        if left(ends).is_zero() {
            return;
        }
    }
}

/// Whether the queue answered.
async fn receive_once(engine: &Engine, queue: &Queue, request: &Request, messages: &RefCell<Vec<Rc<Message>>>) -> bool {
    let began = Instant::now();
    match engine.sqs.receive(&queue.url, request).await {
        Ok(received) => {
            queue.answered();
            queue.has_more.set(!received.is_empty());
            engine.metrics.received(queue, received.len());
            messages.borrow_mut().extend(received.into_iter().map(Rc::new));
            true
        }
        Err(failure) => {
            queue.has_more.set(false);
            if failure.kind.may_be_done() {
                queue.lost_attempts.borrow_mut().extend(request.attempt.clone());
            }
            engine.receive_failed(queue, began, &failure);
            false
        }
    }
}

/// What a FIFO queue knows this attempt to receive by: one whose answer was lost is made again, and gives the messages
/// that were hidden by it. SQS remembers attempts for five minutes, and takes an older one for a new one.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-receiverequestattemptid-request-parameter.html>
fn attempt(queue: &Queue) -> Option<String> {
    let lost = || queue.lost_attempts.borrow_mut().pop();
    queue.url.is_fifo().then(|| lost().unwrap_or_else(|| Uuid::new_v4().to_string()))
}
