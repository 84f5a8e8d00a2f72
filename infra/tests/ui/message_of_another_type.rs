use bindings::sqs::{Queue, SendMessage};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
struct Order {
    id: String,
}

#[derive(Serialize, JsonSchema)]
struct Invoice {
    id: String,
}

bindings::message!(Order);
bindings::message!(Invoice);

fn send(orders: &Queue<SendMessage, Order>, invoice: &Invoice) {
    let _ = orders.send(invoice);
}

fn main() {}
