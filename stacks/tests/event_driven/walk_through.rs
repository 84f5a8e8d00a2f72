//! The way through the system that its document describes.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use testing::{integer, text};

use crate::picture::png;
use crate::system::{System, event};

fn millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

pub(crate) async fn the_outputs_are_those_of_the_document(system: &System) {
    let expected = [
        "ApiDlqUrl",
        "ApiEndpoint",
        "ApiQueueUrl",
        "AuditDlqUrl",
        "AuditQueueUrl",
        "AuditTable",
        "ImagesDlqUrl",
        "ImagesQueueUrl",
        "ImagesTable",
        "MessagesTable",
        "S3BucketName",
    ];
    assert_eq!(system.output_names(), expected);
}

pub(crate) async fn an_uploaded_text_is_audited_and_is_no_image(system: &System) {
    // The local cloud tells milliseconds; S3 tells whole seconds.
    let before = millis() / 1_000 * 1_000;
    let etag = system.upload("test.txt", "test content\n").await;
    let audited = system.wait_for_audit("test.txt").await;
    let time = integer(&audited, "time");
    assert!((before..=millis()).contains(&time), "{time} is not when the object was put");
    assert_eq!(audited["detail_type"], text("Object Created"));
    let event = event(&audited);
    assert_eq!(audited["event_id"], text(event["id"].as_str().unwrap()));
    assert_eq!(audited["day"], text(event["time"].as_str().unwrap().split('T').next().unwrap()));
    assert_eq!(event["detail"]["bucket"]["name"], system.output("S3BucketName"));
    assert_eq!((&event["detail"]["object"]["size"], &event["detail"]["object"]["etag"]), (&json!(13), &json!(etag)));

    // What came after it has arrived, and it has not.
    system.upload("after-test.png", png()).await;
    system.wait_for_images("after-test.png", 1).await;
    assert_eq!(system.images("test.txt").await, []);
    system.wait_for_audit("after-test.png").await;
}

pub(crate) async fn the_events_of_a_day_come_in_their_order(system: &System) {
    for key in ["order/1.txt", "order/2.txt"] {
        system.upload(key, "x").await;
        system.wait_for_audit(key).await;
    }
    let day = system.audited("order/1.txt").await[0]["day"].clone();
    let query = system.dynamodb.query().table_name(system.output("AuditTable")).index_name("by-day");
    let query = query.key_condition_expression("#day = :day").expression_attribute_names("#day", "day");
    let answer = query.expression_attribute_values(":day", day).send().await.unwrap();
    let times: Vec<i64> = answer.items().iter().map(|item| item["time"].as_n().unwrap().parse().unwrap()).collect();
    assert!(times.len() >= 2 && times.is_sorted(), "{times:?}");
}

pub(crate) async fn a_posted_message_is_kept_without_a_function_between(system: &System) {
    let (before, body) = (millis(), r#"{"message": "test event from API & a=b+c%20é", "n": 1.50}"#);
    let answer = system.post("application/json", body).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.headers["content-type"], "application/json");
    answer.assert_open_to_web_pages();
    let kept = system.wait_for_message(answer.json()["messageId"].as_str().unwrap()).await;
    assert_eq!(kept["body"], text(body), "as it was sent");
    assert!((before..=millis()).contains(&integer(&kept, "received_at")));
}
