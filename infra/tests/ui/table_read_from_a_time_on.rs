use infra::Ref;
use infra::dynamodb::Table;
use infra::lambda::{Function, RecordPosition, StreamMapping};

fn feed(orders: Ref<Table>, count: Ref<Function>) {
    let _ = StreamMapping::new(orders, count, RecordPosition::AtTimestamp(1_790_000_000));
}

fn main() {}
