//! Messages that become false reports.

use aws_sdk_sqs::types::MessageAttributeValue;
use serde_json::{Value, json};
use testing::{Item, eventually_that, integer, text};

use crate::message::{millis, sighting};
use crate::system::System;

fn record(report: &Item) -> Value {
    serde_json::from_str(report["event"].as_s().unwrap()).unwrap()
}

pub(crate) async fn a_sighting_of_an_unknown_model_is_a_false_report_with_its_whole_record(system: &System) {
    let (ship, body) = ("FALSE-1", sighting("FALSE-1", "AT-AT").to_string());
    let before = millis();
    let attribute = MessageAttributeValue::builder().data_type("String").string_value("probe droid").build().unwrap();
    let call = system.sqs.send_message().queue_url(system.output("SightingsQueueUrl")).message_group_id(ship);
    let call = call.message_body(&body).message_attributes("reporter", attribute);
    let id = call.send().await.unwrap().message_id.unwrap();

    let report = system.wait_for_false_report(&id).await;
    assert_eq!(report["reason"], text("modelo no existe"));
    assert!((before..=millis()).contains(&integer(&report, "timestamp")));
    let record = record(&report);
    assert_eq!((&record["messageId"], &record["body"]), (&json!(id), &json!(body)));
    assert_eq!(record["attributes"]["MessageGroupId"], ship);
    assert_eq!(record["messageAttributes"]["reporter"]["stringValue"], "probe droid");
    assert_eq!(record["eventSource"], "aws:sqs");
    for field in ["receiptHandle", "md5OfBody", "eventSourceARN", "awsRegion"] {
        assert!(record[field].is_string(), "`{field}` of {record}");
    }
    assert_eq!(system.sightings(ship).await, []);
    let verdict = system.cached("ModelCacheTable", "AT-AT").await.unwrap();
    assert_eq!(verdict["is_valid"].as_bool(), Ok(&false));
}

pub(crate) async fn an_unreadable_message_is_a_false_report_and_not_retried(system: &System) {
    let mut incomplete = sighting("FALSE-2", "T-65 X-Wing");
    incomplete["coordinates"].as_object_mut().unwrap().remove("z");
    let unreadable = [
        ("hello".to_owned(), "the body is not JSON"),
        (json!({ "spaceship_id": 7 }).to_string(), "`spaceship_id` is not a string"),
        (incomplete.to_string(), "`coordinates.z` is missing"),
    ];
    // One group: a message that was retried would hold up those after it.
    let mut sent = Vec::new();
    for (body, reason) in unreadable {
        sent.push((system.send("FALSE-2", &body).await, body, reason));
    }
    for (id, body, reason) in &sent {
        let report = system.wait_for_false_report(id).await;
        assert_eq!((&report["reason"], &record(&report)["body"]), (&text(reason), &json!(body)));
    }
    eventually_that("the queue is empty", async || system.messages_left().await, |left| *left == 0).await;
    for (id, ..) in &sent {
        let reports = system.false_reports(id).await;
        assert_eq!(reports.len(), 1);
        assert_eq!(record(&reports[0])["attributes"]["ApproximateReceiveCount"], "1");
    }
    assert_eq!(system.sightings("FALSE-2").await, []);
}

pub(crate) async fn a_redelivered_record_changes_nothing(system: &System) {
    let id = system.send("FALSE-3", "nothing to read").await;
    let report = system.wait_for_false_report(&id).await;
    let mut again = record(&report);
    again["attributes"]["ApproximateReceiveCount"] = json!("2");

    let answer = system.invoke("spaceships-consumer", &json!({ "Records": [again] })).await;
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(system.false_reports(&id).await, [report]);
}
