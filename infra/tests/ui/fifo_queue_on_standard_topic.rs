//! A standard topic cannot deliver to a FIFO queue.

use infra::sns::{StandardTopic, Subscription};
use infra::sqs::FifoQueue;
use infra::{Stack, Stage};

fn main() {
    let mut stack = Stack::new("orders", &Stage::default());
    let topic = stack.named("Topic").add(StandardTopic::default());
    let queue = stack.named("Queue").add(FifoQueue::default());
    stack.named("Subscription").add(Subscription::new(topic, queue));
}
