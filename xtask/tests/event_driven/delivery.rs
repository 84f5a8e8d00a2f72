//! What the queues deliver twice.

use aws_sdk_lambda::primitives::Blob;
use serde_json::{Value, json};

use crate::picture::png;
use crate::system::{System, event};

/// Invokes `function` with a message of a queue, and returns what it answers.
async fn deliver(system: &System, function: &str, id: &str, body: &str) -> Value {
    let attributes = json!({"ApproximateFirstReceiveTimestamp": "1", "ApproximateReceiveCount": "2"});
    let record = json!({"messageId": id, "body": body, "attributes": attributes});
    let payload = Blob::new(json!({"Records": [record]}).to_string());
    let call = system.lambda.invoke().function_name(system.function(function)).payload(payload);
    serde_json::from_slice(call.send().await.unwrap().payload.unwrap().as_ref()).unwrap()
}

pub(crate) async fn a_redelivered_message_changes_nothing(system: &System) {
    let all_kept = json!({"batchItemFailures": []});
    let key = "twice.png";
    system.upload(key, png()).await;
    let kept = system.wait_for_images(key, 1).await;
    let audited = system.wait_for_audit(key).await;
    let told = json!({"key": key, "event": event(&audited)}).to_string();
    // Read now, it would be an error.
    system.delete(key).await;
    assert_eq!(deliver(system, "image-processor", "m-1", &told).await, all_kept);
    assert_eq!(system.images(key).await, kept);

    // EventBridge may publish an event twice: the messages differ, the event does not.
    assert_eq!(deliver(system, "audit-logger", "m-2", &told).await, all_kept);
    assert_eq!(system.audited(key).await, [audited]);

    let body = r#"{"message": "once"}"#;
    let answer = system.post("application/json", body).await.json();
    let id = answer["messageId"].as_str().unwrap();
    let message = system.wait_for_message(id).await;
    assert_eq!(deliver(system, "api-consumer", id, body).await, all_kept);
    assert_eq!(system.message(id).await, Some(message));
}

pub(crate) async fn of_a_batch_only_what_failed_returns(system: &System) {
    let record = |id: &str, body: &str| json!({"messageId": id, "body": body, "attributes": {}});
    let records = json!({"Records": [record("bad-1", "[]"), record("good-1", "{}"), record("bad-2", "hello")]});
    let call = system.lambda.invoke().function_name(system.function("api-consumer"));
    let answer = call.payload(Blob::new(records.to_string())).send().await.unwrap().payload.unwrap();
    let answer: Value = serde_json::from_slice(answer.as_ref()).unwrap();
    let failures = json!([{"itemIdentifier": "bad-1"}, {"itemIdentifier": "bad-2"}]);
    assert_eq!(answer["batchItemFailures"], failures);
    assert!(system.message("good-1").await.is_some());
    assert_eq!(system.message("bad-1").await, None);
}
