use bindings::dynamodb::{Items, Scan};
use infra::Ref;

fn bind(orders: Ref<infra::dynamodb::Table>) -> Items<Scan> {
    orders.items_with_key_prefix("north-").into()
}

fn main() {}
