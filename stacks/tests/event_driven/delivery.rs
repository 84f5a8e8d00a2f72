//! What the queues deliver twice.

use serde_json::{Value, json};

use crate::picture::png;
use crate::system::{System, event};

/// Invokes `function` with a message of a queue, and returns what it answers.
async fn deliver(system: &System, function: &str, id: &str, body: &str) -> Value {
    let attributes = json!({"ApproximateFirstReceiveTimestamp": "1", "ApproximateReceiveCount": "2"});
    let record = json!({"messageId": id, "body": body, "attributes": attributes});
    system.invoke(function, &json!({"Records": [record]})).await
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
    assert_eq!(deliver(system, "ImageProcessor", "m-1", &told).await, all_kept);
    assert_eq!(system.images(key).await, kept);

    // EventBridge may publish an event twice: the messages differ, the event does not.
    assert_eq!(deliver(system, "AuditLogger", "m-2", &told).await, all_kept);
    assert_eq!(system.audited(key).await, [audited]);

    let body = r#"{"message": "once"}"#;
    let answer = system.post("application/json", body).await.json();
    let id = answer["messageId"].as_str().unwrap();
    let message = system.wait_for_message(id).await;
    assert_eq!(deliver(system, "ApiConsumer", id, body).await, all_kept);
    assert_eq!(system.message(id).await, Some(message));
}

pub(crate) async fn of_a_batch_only_what_failed_returns(system: &System) {
    let messages = [("bad-1", "[]"), ("good-1", "{}"), ("bad-2", "hello")];
    assert_eq!(system.invoke_with_messages("ApiConsumer", &messages).await, ["bad-1", "bad-2"]);
    assert!(system.message("good-1").await.is_some());
    assert_eq!(system.message("bad-1").await, None);
}
