//! Notifications, from the queue and asked for.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use testing::{Item, eventually, number, string, text};

use crate::system::System;

const FUNCTION: &str = "roxs-notification-processor";

/// What a subscriber got: what is around a message, and the message.
fn delivered(body: &str) -> (Value, Value) {
    let envelope: Value = serde_json::from_str(body).unwrap();
    let message = serde_json::from_str(envelope["Message"].as_str().unwrap()).unwrap();
    (envelope, message)
}

pub(crate) async fn a_message_of_the_queue_is_published_and_remembered(system: &System) {
    let subscriber = system.subscriber("roxs-test-subscriber").await;
    let title = "Señal de atención";
    system
        .send(json!({
            "type": "alert", "recipient": "admin@roxs.com", "title": title,
            "message": "CPU usage above 90% on server-01", "priority": "high",
        }))
        .await;
    let item = eventually("the notification is sent", async || {
        system.items_with("NotificationTable", "Title", title).await.into_iter().find(|it| it["Status"] == text("sent"))
    })
    .await;
    assert_eq!((&item["Type"], &item["Priority"]), (&text("alert"), &text("high")));
    assert_eq!(
        (&item["Recipient"], &item["Message"]),
        (&text("admin@roxs.com"), &text("CPU usage above 90% on server-01"))
    );
    let (envelope, message) =
        delivered(system.wait_for_message(&subscriber, "CPU usage above 90% on server-01").await.body().unwrap());
    assert_eq!(envelope["Subject"], "[HIGH] Senal de atencion");
    assert_eq!(envelope["MessageAttributes"]["notification_type"], json!({ "Type": "String", "Value": "alert" }));
    assert_eq!(envelope["MessageAttributes"]["priority"], json!({ "Type": "String", "Value": "high" }));
    assert_eq!(message["notification_id"], string(&item, "NotificationId"));
    assert_eq!((&message["title"], &message["type"]), (&json!(title), &json!("alert")));
    assert_eq!(item["SNSMessageId"], text(envelope["MessageId"].as_str().unwrap()));
}

pub(crate) async fn a_wrong_notification_is_refused_with_the_field(system: &System) {
    for (notification, field) in [
        (json!([]), "event"),
        (json!({ "title": 7 }), "title"),
        (json!({ "priority": "" }), "priority"),
        (json!({ "type": "a\u{7}" }), "type"),
        (json!({ "message": "a".repeat(300_000) }), "message"),
    ] {
        let (status, answer) = system.invoke(FUNCTION, &notification).await;
        assert_eq!((status, &answer["field"]), (400, &json!(field)), "{answer}");
    }
}

pub(crate) async fn a_message_that_nobody_can_read_ends_in_the_dead_letter_queue(system: &System) {
    system.deliver_again_after(3).await;
    for poison in ["poison-1 is no JSON", r#"{"title": ["poison-2"]}"#] {
        system.send(poison).await;
        let dead = system.wait_for_message(system.output("NotificationsDlqUrl"), "poison").await;
        assert_eq!(dead.body(), Some(poison));
    }
}

/// The record of a message as SQS hands it to the function.
fn event(id: &str, title: &str) -> Value {
    json!({ "Records": [{
        "messageId": id, "body": json!({ "title": title }).to_string(), "eventSource": "aws:sqs",
        "attributes": { "ApproximateFirstReceiveTimestamp": "1700000000123", "ApproximateReceiveCount": "2" },
    }] })
}

/// Leaves a notification as an invocation does that died while it published, `ago` milliseconds.
async fn died(system: &System, item: &Item, ago: i64) {
    let now: i64 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap();
    let mut item = item.clone();
    item.insert("Status".into(), text("sending"));
    item.insert("ClaimedAt".into(), number(now - ago));
    system.put_item("NotificationTable", item).await;
}

pub(crate) async fn a_redelivered_message_is_published_once(system: &System) {
    let title = "Redelivered";
    let subscriber = system.subscriber("roxs-test-again").await;
    let published = async || {
        let messages = system.drain(&subscriber).await;
        messages.iter().filter(|message| message.body().unwrap().contains(title)).count()
    };
    let event = event("0f8fad5b-d9cb-469f-a165-70867728950e", title);
    let (done, returned) = (
        json!({ "batchItemFailures": [] }),
        json!({ "batchItemFailures": [{ "itemIdentifier": "0f8fad5b-d9cb-469f-a165-70867728950e" }] }),
    );
    assert_eq!(system.try_invoke(FUNCTION, &event).await.unwrap(), done);
    let sent = system.items_with("NotificationTable", "Title", title).await;
    assert_eq!((sent.len(), published().await), (1, 1));
    assert_eq!(system.try_invoke(FUNCTION, &event).await.unwrap(), done);
    assert_eq!(published().await, 0, "it was sent");
    assert_eq!(system.items_with("NotificationTable", "Title", title).await, sent);

    died(system, &sent[0], 1_000).await;
    assert_eq!(system.try_invoke(FUNCTION, &event).await.unwrap(), returned);
    assert_eq!(published().await, 0, "another may be publishing it");
    died(system, &sent[0], 60_000).await;
    assert_eq!(system.try_invoke(FUNCTION, &event).await.unwrap(), done);
    assert_eq!(published().await, 1, "nobody knows whether the other published it");
    let again = system.items_with("NotificationTable", "Title", title).await;
    assert_eq!((again.len(), &again[0]["Status"]), (1, &text("sent")));
}
