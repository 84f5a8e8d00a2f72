use bindings::sqs::{Queue, SendMessage};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
struct Order {
    id: String,
}

bindings::message!(Order);

fn send(orders: &Queue<SendMessage, Order>) {
    let _ = orders.send_message().message_body("hello");
}

fn main() {}
