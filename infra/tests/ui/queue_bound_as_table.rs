use bindings::dynamodb::{PutItem, Table};
use infra::Ref;
use infra::sqs::FifoQueue;

fn bind(orders: Ref<FifoQueue>) -> Table<PutItem> {
    orders.into()
}

fn main() {}
