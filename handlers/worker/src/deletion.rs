//! Deletes what was processed.

use std::rc::Rc;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use tokio::time::sleep;

use crate::backoff::Backoff;
use crate::engine::Engine;
use crate::message::Message;
use crate::queue::Queue;
use crate::settings::MAX_CALL;
use crate::sqs::Outcome;
use crate::visibility::CALLS_AT_ONCE;

/// Deletes `messages`, and returns those that it could not delete while their receipts were valid. They come back; this
/// process remembers that they are done. It does so, too, of those whose receipts had ended before: SQS may have handed
/// them out again, and a receipt of an earlier delivery does not always delete.
pub(crate) async fn delete(engine: &Engine, queue: &Queue, messages: &[Rc<Message>]) -> Vec<Rc<Message>> {
    for message in messages.iter().filter(|message| !message.is_held()) {
        queue.processed.remember(&message.id);
    }
    let left = stream::iter(messages.chunks(MAX_CALL))
        .map(|chunk| delete_call(engine, queue, chunk.to_vec()))
        .buffer_unordered(CALLS_AT_ONCE)
        .concat()
        .await;
    for message in &left {
        queue.processed.remember(&message.id);
    }
    left
}

/// Deletes up to ten messages. The order within a group does not matter: none of it is handed out while one is hidden.
async fn delete_call(engine: &Engine, queue: &Queue, mut left: Vec<Rc<Message>>) -> Vec<Rc<Message>> {
    let mut kept = Vec::new();
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
    let mut is_first = true;
    loop {
        let cause = match engine.sqs.delete(&queue.url, &left).await {
            Err(failure) => failure.to_string(),
            Ok(outcomes) => {
                let mut causes = Vec::new();
                let tried = std::mem::take(&mut left);
                for (message, outcome) in tried.into_iter().zip(outcomes) {
                    match outcome {
                        Outcome::Done => {}
                        Outcome::Failed(cause) => {
                            causes.push(cause);
                            left.push(message);
                        }
                        Outcome::Lost(cause) => {
                            causes.push(cause);
                            kept.push(message);
                        }
                    }
                }
                causes.pop().unwrap_or_default()
            }
        };
        // After that another may have them.
        let (valid, ended): (Vec<_>, Vec<_>) = left.into_iter().partition(|message| message.is_held());
        kept.extend(ended);
        left = valid;
        if !cause.is_empty() {
            engine.metrics.deletion_failed(queue);
        }
        if left.is_empty() {
            if !kept.is_empty() {
                let (queue, messages) = (queue.name(), kept.len());
                tracing::error!(queue, messages, error = cause, "processed messages were not deleted: they come back");
            }
            return kept;
        }
        if std::mem::take(&mut is_first) {
            let (queue, messages) = (queue.name(), left.len());
            tracing::warn!(queue, messages, error = cause, "processed messages could not be deleted yet");
        }
        sleep(backoff.next()).await;
    }
}
