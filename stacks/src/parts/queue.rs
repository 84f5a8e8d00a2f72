//! Queues, each with its dead-letter queue.

use infra::sqs::{FifoQueue, RedrivePolicy, StandardQueue};
use infra::stack::DeletionPolicy;
use infra::{Ref, Resource, Seconds, Stack};

/// How often a message is received before it goes to the dead-letter queue.
const MAX_RECEIVE_COUNT: u16 = 3;

/// How long a dead-letter queue keeps a message: as long as SQS can.
const RETENTION: Seconds = Seconds::days(14);

/// A queue and where its messages go that failed too often.
#[derive(Debug, Clone, Copy)]
pub struct WithDlq<Q> {
    /// The queue.
    pub queue: Ref<Q>,
    /// Its dead-letter queue.
    pub dead: Ref<Q>,
}

/// Adds `{id}Queue`, named `{name}.fifo`, and `{id}Dlq`, named `{name}-dlq.fifo`.
#[track_caller]
pub fn fifo_queue(stack: &mut Stack, id: &str, name: &str, queue: FifoQueue) -> WithDlq<FifoQueue> {
    let dead = FifoQueue {
        queue_name: Some(stack.physical_name(&format!("{name}-dlq.fifo"))),
        message_retention_period: Some(RETENTION),
        ..FifoQueue::default()
    };
    let dead = add(stack, format!("{id}Dlq"), dead);
    let queue = FifoQueue {
        queue_name: Some(stack.physical_name(&format!("{name}.fifo"))),
        redrive_policy: Some(RedrivePolicy { dead_letter_target: dead, max_receive_count: MAX_RECEIVE_COUNT }),
        ..queue
    };
    WithDlq { queue: add(stack, format!("{id}Queue"), queue), dead }
}

/// Adds `{id}Queue`, named `{name}`, and `{id}Dlq`, named `{name}-dlq`.
#[track_caller]
pub fn standard_queue(stack: &mut Stack, id: &str, name: &str, queue: StandardQueue) -> WithDlq<StandardQueue> {
    let dead = StandardQueue {
        queue_name: Some(stack.physical_name(&format!("{name}-dlq"))),
        message_retention_period: Some(RETENTION),
        ..StandardQueue::default()
    };
    let dead = add(stack, format!("{id}Dlq"), dead);
    let queue = StandardQueue {
        queue_name: Some(stack.physical_name(name)),
        redrive_policy: Some(RedrivePolicy { dead_letter_target: dead, max_receive_count: MAX_RECEIVE_COUNT }),
        ..queue
    };
    WithDlq { queue: add(stack, format!("{id}Queue"), queue), dead }
}

/// A queue is deleted with its stack, and kept when an update would replace it.
#[track_caller]
fn add<Q: Resource>(stack: &mut Stack, id: String, queue: Q) -> Ref<Q> {
    stack.named(id).deletion_policy(DeletionPolicy::Delete).update_replace_policy(DeletionPolicy::Retain).add(queue)
}
