use infra::Ref;
use infra::sqs::FifoQueue;
use infra::stepfunctions::{Jsonata, Task, jsonata};

fn pack(parcels: Ref<FifoQueue>) -> Task<Jsonata> {
    Task::send(parcels, jsonata("$states.input"))
}

fn main() {}
