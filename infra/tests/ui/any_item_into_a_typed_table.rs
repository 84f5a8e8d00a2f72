use bindings::dynamodb::{PutItem, Table};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
struct Order {
    id: String,
}

bindings::message!(Order);

fn put(orders: &Table<PutItem, Order>) {
    let _ = orders.put_item();
}

fn main() {}
