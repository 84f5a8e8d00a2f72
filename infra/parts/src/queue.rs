//! Queues, each with its dead-letter queue and an alarm on it.

use infra::cloudwatch::Alarm;
use infra::sqs::{FifoQueue, MessageRetention, Queue, RedrivePolicy, StandardQueue};
use infra::stack::DeletionPolicy;
use infra::{Integer, Ref, Seconds, Stack};

/// How often a message is received before it goes to the dead-letter queue.
const MAX_RECEIVE_COUNT: Integer<1, 1_000> = Integer::of::<3>();

/// How long a dead-letter queue keeps a message: as long as SQS can.
const DLQ_RETENTION: MessageRetention = Seconds::days::<14>();

/// How long a queue keeps a message that nobody takes: as long as SQS does by itself.
const QUEUE_RETENTION: MessageRetention = Seconds::days::<4>();

/// A queue and where its messages go that failed too often.
#[derive(Debug, Clone, Copy)]
pub struct WithDlq<Q> {
    /// The queue.
    pub queue: Ref<Q>,
    /// Its dead-letter queue.
    pub dead: Ref<Q>,
}

/// Adds `{id}Queue`, named `{name}.fifo`, `{id}Dlq`, named `{name}-dlq.fifo`, and `{id}DlqAlarm`.
#[track_caller]
pub fn fifo_queue(stack: &mut Stack, id: &str, name: &str, queue: FifoQueue) -> WithDlq<FifoQueue> {
    let dead = FifoQueue {
        queue_name: Some(stack.physical_name(&format!("{name}-dlq.fifo"))),
        message_retention_period: Some(DLQ_RETENTION),
        ..FifoQueue::default()
    };
    let dead = add_dead(stack, id, dead);
    let queue = FifoQueue {
        queue_name: Some(stack.physical_name(&format!("{name}.fifo"))),
        redrive_policy: Some(RedrivePolicy { dead_letter_target: dead, max_receive_count: MAX_RECEIVE_COUNT }),
        message_retention_period: queue.message_retention_period.or(Some(QUEUE_RETENTION)),
        ..queue
    };
    WithDlq { queue: add(stack, format!("{id}Queue"), queue), dead }
}

/// Adds `{id}Queue`, named `{name}`, `{id}Dlq`, named `{name}-dlq`, and `{id}DlqAlarm`.
#[track_caller]
pub fn standard_queue(stack: &mut Stack, id: &str, name: &str, queue: StandardQueue) -> WithDlq<StandardQueue> {
    let dead = dead_letter_queue(stack, id, &format!("{name}-dlq"));
    let queue = StandardQueue {
        queue_name: Some(stack.physical_name(name)),
        redrive_policy: Some(RedrivePolicy { dead_letter_target: dead, max_receive_count: MAX_RECEIVE_COUNT }),
        message_retention_period: queue.message_retention_period.or(Some(QUEUE_RETENTION)),
        ..queue
    };
    WithDlq { queue: add(stack, format!("{id}Queue"), queue), dead }
}

/// Adds `{id}Dlq`, named `{name}`, for what fails elsewhere than in a queue, and `{id}DlqAlarm`.
#[track_caller]
pub fn dead_letter_queue(stack: &mut Stack, id: &str, name: &str) -> Ref<StandardQueue> {
    let dead = StandardQueue {
        queue_name: Some(stack.physical_name(name)),
        message_retention_period: Some(DLQ_RETENTION),
        ..StandardQueue::default()
    };
    add_dead(stack, id, dead)
}

#[track_caller]
fn add_dead<Q: Queue>(stack: &mut Stack, id: &str, queue: Q) -> Ref<Q> {
    let dead = add(stack, format!("{id}Dlq"), queue);
    stack.named(format!("{id}DlqAlarm")).add(Alarm::messages_in(dead));
    dead
}

/// A queue is deleted with its stack, and kept when an update would replace it.
#[track_caller]
fn add<Q: Queue>(stack: &mut Stack, id: String, queue: Q) -> Ref<Q> {
    stack.named(id).deletion_policy(DeletionPolicy::Delete).update_replace_policy(DeletionPolicy::Retain).add(queue)
}
