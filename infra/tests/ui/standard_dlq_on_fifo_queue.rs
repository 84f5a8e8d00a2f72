use infra::{Integer, Ref};
use infra::sqs::{FifoQueue, RedrivePolicy, StandardQueue};

fn orders(dead: Ref<StandardQueue>) -> FifoQueue {
    FifoQueue {
        redrive_policy: Some(RedrivePolicy { dead_letter_target: dead, max_receive_count: Integer::of::<3>() }),
        ..FifoQueue::default()
    }
}

fn main() {}
