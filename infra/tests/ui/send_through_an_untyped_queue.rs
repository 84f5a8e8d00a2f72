use bindings::sqs::{Queue, SendMessage};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
struct Order {
    id: String,
}

bindings::message!(Order);

fn send(orders: &Queue<SendMessage>, order: &Order) {
    let _ = orders.send(order);
}

fn main() {}
