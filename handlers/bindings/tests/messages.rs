//! Values that are sent as a type, and what their type is to the stack.

#![cfg(all(feature = "dynamodb", feature = "lambda", feature = "messages", feature = "sns", feature = "sqs"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use aws_sdk_dynamodb::types::{AttributeValue, Put};
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use bindings::dynamodb::{BatchWriteItem, GetItem, PutItem, Table};
use bindings::lambda::{Function, Invoke, InvokeWithResponseStream};
use bindings::message::{Carried, Envelope, Untyped, Way};
use bindings::sns::{Publish, PublishBatch, Topic};
use bindings::sqs::{Queue, SendMessage, SendMessageBatch};
use bindings::{Call, Declaration, Message, Notification};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Order {
    id: String,
    #[serde(default)]
    amount: u32,
}

bindings::message!(Order);

/// The binding as a function has it.
fn bound<B: DeserializeOwned>(name: &str) -> B {
    serde_json::from_value(json!(name)).unwrap()
}

#[test]
fn a_value_is_sent_as_json() {
    let order = Order { id: "o-1".to_owned(), amount: 7 };
    let text = r#"{"id":"o-1","amount":7}"#;

    let queue: Queue<(SendMessage, SendMessageBatch), Order> = bound("https://queue");
    let call = queue.send(&order).unwrap();
    assert_eq!(
        (call.get_queue_url().as_deref(), call.get_message_body().as_deref()),
        (Some("https://queue"), Some(text))
    );

    let entry = aws_sdk_sqs::types::SendMessageBatchRequestEntry::builder();
    let call = queue.send_batch([(entry.clone().id("0").message_group_id("g"), &order)]).unwrap();
    let entries = call.get_entries().clone().unwrap();
    assert_eq!((entries[0].message_body(), entries[0].message_group_id()), (text, Some("g")));
    assert!(queue.send_batch([(entry, &order)]).unwrap_err().to_string().contains("has no id"));

    let topic: Topic<(Publish, PublishBatch), Order> = bound("arn:topic");
    let call = topic.publish_message(&order).unwrap();
    assert_eq!((call.get_topic_arn().as_deref(), call.get_message().as_deref()), (Some("arn:topic"), Some(text)));

    let entry = aws_sdk_sns::types::PublishBatchRequestEntry::builder();
    let call = topic.publish_messages([(entry.clone().id("0").message_group_id("g"), &order)]).unwrap();
    let entries = call.get_publish_batch_request_entries().clone().unwrap();
    assert_eq!((entries[0].message(), entries[0].message_group_id()), (text, Some("g")));
    assert!(topic.publish_messages([(entry, &order)]).unwrap_err().to_string().contains("has no id"));

    let function: Function<(Invoke, InvokeWithResponseStream), Order> = bound("orders");
    let call = function.invoke_with(&order).unwrap();
    assert_eq!(call.get_payload().as_ref().map(AsRef::as_ref), Some(text.as_bytes()));
    let call = function.invoke_streaming_with(&order).unwrap();
    assert_eq!(call.get_function_name().as_deref(), Some("orders"));
    assert_eq!(call.get_payload().as_ref().map(AsRef::as_ref), Some(text.as_bytes()));
}

#[test]
fn an_answer_is_read_as_its_type() {
    let function: Function<Invoke, Call<Order, Order>> = bound("quotes");
    let order = Order { id: "o-1".to_owned(), amount: 7 };
    let call = function.ask(&order).unwrap();
    assert_eq!(call.get_payload().as_ref().map(AsRef::as_ref), Some(&br#"{"id":"o-1","amount":7}"#[..]));

    let output = |status: i32, payload: &str| InvokeOutput::builder().status_code(status).payload(Blob::new(payload));
    let answer = function.answer(&output(200, r#"{"id":"o-1","amount":7}"#).build());
    assert_eq!(answer.unwrap(), order);
    let failed = output(200, r#"{"errorMessage":"no price"}"#).function_error("Unhandled").build();
    let error = |output: &InvokeOutput| function.answer(output).unwrap_err().to_string();
    assert_eq!(error(&failed), r#"the function failed: {"errorMessage":"no price"}"#);
    assert_eq!(error(&output(202, "").build()), "there is no answer: the function was not waited for");
    let other = error(&output(200, r#"{"id":"o-1","amount":"7"}"#).build());
    assert!(other.starts_with("the answer is none of its type: invalid type: string \"7\", expected u32"), "{other}");
}

#[test]
fn a_value_is_put_as_an_item_and_read_as_a_value() {
    let order = Order { id: "o-1".to_owned(), amount: 7 };
    let table: Table<(PutItem, BatchWriteItem, GetItem), Order> = bound("orders");
    let item = table.put(&order).unwrap().get_item().clone().unwrap();
    assert_eq!((&item["id"], &item["amount"]), (&AttributeValue::S("o-1".into()), &AttributeValue::N("7".into())));

    let call = table.batch_put([&order]).unwrap();
    let requests = &call.get_request_items().as_ref().unwrap()["orders"];
    assert_eq!(requests[0].put_request().unwrap().item(), &item);

    let new = Put::builder().condition_expression("attribute_not_exists(id)");
    let call = table.transact_put(&order, new).unwrap().transact_write_items().unwrap();
    let put = call.get_transact_items().as_ref().unwrap()[0].put().unwrap();
    assert_eq!((put.table_name(), put.item()), ("orders", &item));
    assert_eq!(put.condition_expression(), Some("attribute_not_exists(id)"));

    assert_eq!(table.read(item.clone()).unwrap(), order);
    let with = |name: &str, value| {
        let mut item = item.clone();
        item.insert(name.to_owned(), value);
        table.read(item)
    };
    assert_eq!(with("expires", AttributeValue::N("9".into())).unwrap(), order);
    let error = with("amount", AttributeValue::S("7".into())).unwrap_err().to_string();
    assert_eq!(error, "an item is none of its type: amount: Expected num");
}

#[test]
fn a_binding_tells_its_type_to_the_stack_and_one_without_tells_nothing() {
    let declared = |it: serde_json::Value| serde_json::from_value::<Declaration>(it).unwrap();
    let queue = Queue::<SendMessage, Order>::declared(json!("url"), json!("arn"));
    let Declaration { sent, taken, .. } = declared(serde_json::to_value(queue).unwrap());
    let (message, taken) = (sent.unwrap(), taken.unwrap());
    assert_eq!(message.type_name, "messages::Order");
    let line = message.place.strip_prefix("handlers/bindings/tests/messages.rs:").unwrap();
    assert!(line.ends_with(":1"), "{line}");
    // As it is written it always has both.
    assert_eq!(message.schema["required"], json!(["id", "amount"]));
    assert_eq!(taken.schema["required"], json!(["id"]));

    let queue = serde_json::to_value(Queue::<SendMessage>::declared(json!("url"), json!("arn"))).unwrap();
    assert_eq!((queue.get("sent"), queue.get("taken")), (None, None));
    assert_eq!(queue["type_name"], "bindings::sqs::Queue<bindings::sqs::SendMessage>");
    assert_eq!(<Untyped as Carried>::described(Way::Sent), None);
}

#[test]
fn a_notification_is_of_the_type_in_it() {
    let wrapped = <Notification<Order> as Message>::described(Way::Taken);
    assert!(wrapped.envelope == Some(Envelope::Notification) && wrapped.type_name == "messages::Order");
    let refused = serde_json::from_value::<Notification<Order>>(
        json!({"MessageId": "m-1", "TopicArn": "arn", "Message": r#"{"id": 7}"#}),
    );
    assert!(refused.unwrap_err().to_string().contains("invalid type: integer `7`, expected a string"));
}
