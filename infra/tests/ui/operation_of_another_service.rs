use bindings::dynamodb::Table;
use bindings::sqs::SendMessage;
use infra::Ref;

fn bind(orders: Ref<infra::dynamodb::Table>) -> Table<SendMessage> {
    orders.into()
}

fn main() {}
