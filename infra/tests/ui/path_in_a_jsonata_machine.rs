use infra::Ref;
use infra::sqs::StandardQueue;
use infra::stepfunctions::{Jsonata, States, Task, path};

fn order(review: Ref<StandardQueue>) -> States<Jsonata> {
    States::new("Review", Task::send(review, path("$.order")))
}

fn main() {}
