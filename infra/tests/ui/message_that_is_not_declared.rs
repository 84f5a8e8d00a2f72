use bindings::sqs::{Queue, SendMessage};
use serde::Serialize;

#[derive(Serialize)]
struct Order {
    id: String,
}

fn send(orders: &Queue<SendMessage, Order>, order: &Order) {
    let _ = orders.send(order);
}

fn main() {}
