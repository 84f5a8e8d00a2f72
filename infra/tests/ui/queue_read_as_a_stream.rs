use infra::Ref;
use infra::lambda::{Function, Position, StreamMapping};
use infra::sqs::StandardQueue;

fn feed(queue: Ref<StandardQueue>, count: Ref<Function>) {
    let _ = StreamMapping::new(queue, count, Position::Latest);
}

fn main() {}
