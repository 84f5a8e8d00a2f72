use bindings::dynamodb::Table;
use bindings::sqs::SendMessage;
use serde_json::json;

fn main() {
    let _ = Table::<SendMessage>::declared(json!("sightings"), json!("arn"));
}
