//! Batches of logs.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::read::GzDecoder;
use futures::future::join_all;
use serde_json::{Value, json};
use testing::{integer, number, string, text};

use crate::system::System;

/// What a batch's archive holds.
pub(crate) async fn archived(system: &System, batch_id: &str) -> Vec<Value> {
    let mut keys = system.keys("LogsBucket", batch_id).await;
    assert_eq!(keys.len(), 1, "{keys:?}");
    let key = keys.remove(0);
    let parts: Vec<_> = key.split('/').collect();
    assert_eq!((parts[0], parts.len()), ("logs", 6), "{key}");
    assert_eq!(parts[5], format!("{batch_id}.json.gz"));
    let mut text = String::new();
    let testing::Object { bytes, content_type } = system.object("LogsBucket", &key).await;
    assert_eq!(content_type, "application/json");
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) async fn a_batch_is_archived_whole_and_indexed_cut(system: &System) {
    let long = "ñ".repeat(150);
    let logs = json!({ "logs": [
        { "level": "error", "message": long, "service": "user-api", "user_id": "user123" },
        { "message": "" },
    ] });
    let (status, answer) = system.invoke("roxs-log-processor", &logs).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((&answer["logs_indexed"], &answer["message"]), (&json!(2), &json!("Procesados 2 logs exitosamente")));
    let batch_id = answer["batch_id"].as_str().unwrap();
    let archived = archived(system, batch_id).await;
    let place = answer["storage_location"].as_str().unwrap();
    assert!(place.starts_with(&format!("s3://{}/logs/", system.output("LogsBucket"))), "{place}");
    assert_eq!((&archived[0]["message"], &archived[0]["level"]), (&json!(long), &json!("ERROR")));

    let mut items = system.items_with("LogTable", "BatchId", batch_id).await;
    items.sort_by_key(|item| string(item, "LogLevel").to_owned());
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["Message"], text("ñ".repeat(100)));
    assert_eq!((&items[0]["Service"], &items[0]["UserId"]), (&text("user-api"), &text("user123")));
    assert_eq!(items[0]["LogId"], text(archived[0]["log_id"].as_str().unwrap()));
    assert_eq!((&items[1]["LogLevel"], &items[1]["Service"]), (&text("INFO"), &text("unknown")));
}

pub(crate) async fn logs_of_one_millisecond_are_all_kept(system: &System) {
    const BATCHES: usize = 4;
    const LOGS: usize = 30;
    let invocations = (0..BATCHES).map(async |batch| {
        let log = |place| json!({ "level": "RUSH", "message": format!("{batch}-{place}") });
        let logs: Vec<_> = (0..LOGS).map(log).collect();
        system.invoke("roxs-log-processor", &json!({ "logs": logs })).await.0
    });
    assert_eq!(join_all(invocations).await, [200; BATCHES]);
    let items = system.items_with("LogTable", "LogLevel", "RUSH").await;
    let messages: BTreeSet<_> = items.iter().map(|item| string(item, "Message")).collect();
    let times: BTreeSet<_> = items.iter().map(|item| integer(item, "Timestamp")).collect();
    assert_eq!((items.len(), messages.len(), times.len()), (BATCHES * LOGS, BATCHES * LOGS, BATCHES * LOGS));
}

pub(crate) async fn the_same_batch_again_changes_nothing(system: &System) {
    let batch = json!({ "batch_id": "again-1", "logs": [{ "message": "a" }, { "message": "a" }] });
    let first = system.invoke("roxs-log-processor", &batch).await;
    let items = system.items_with("LogTable", "BatchId", "again-1").await;
    assert_eq!((first.0, items.len()), (200, 2), "{}", first.1);
    assert_eq!(system.invoke("roxs-log-processor", &batch).await, first);
    assert_eq!(system.items_with("LogTable", "BatchId", "again-1").await, items);
    assert_eq!(archived(system, "again-1").await.len(), 2);

    let other = json!({ "batch_id": "again-1", "logs": [{ "message": "b" }] });
    let (status, answer) = system.invoke("roxs-log-processor", &other).await;
    assert_eq!((status, &answer["field"]), (409, &json!("batch_id")), "{answer}");
}

pub(crate) async fn a_batch_that_was_indexed_in_part_is_completed(system: &System) {
    let logs: Vec<_> = (0..5).map(|place| json!({ "level": "PART", "message": place.to_string() })).collect();
    let batch = json!({ "batch_id": "part-1", "logs": logs });
    assert_eq!(system.invoke("roxs-log-processor", &batch).await.0, 200);
    let items = system.items_with("LogTable", "BatchId", "part-1").await;
    for item in &items[1..3] {
        let key = [("LogLevel", text("PART")), ("Timestamp", number(integer(item, "Timestamp")))];
        system.delete_item("LogTable", key).await;
    }
    assert_eq!(system.invoke("roxs-log-processor", &batch).await.0, 200);
    let again = system.items_with("LogTable", "BatchId", "part-1").await;
    let ids = |items: &[_]| items.iter().map(|item| string(item, "LogId").to_owned()).collect::<BTreeSet<_>>();
    assert_eq!((again.len(), ids(&again)), (5, ids(&items)));
}

pub(crate) async fn wrong_logs_are_refused_and_nothing_is_kept(system: &System) {
    for (batch, field) in [
        (
            json!({ "logs": [{ "level": "WRONG", "message": "a" }, { "level": "WRONG", "message": 7 }] }),
            "logs[1].message",
        ),
        (json!({ "logs": [{ "level": "WRONG", "message": "a" }, "b"] }), "logs[1]"),
        (json!({ "logs": "a" }), "logs"),
        (json!({ "logs": [] }), "logs"),
        (json!({ "level": "WRONG" }), "message"),
        (json!({ "level": ["WRONG"], "message": "a" }), "level"),
        (json!("a"), "event"),
    ] {
        let (status, answer) = system.invoke("roxs-log-processor", &batch).await;
        assert_eq!((status, &answer["field"]), (400, &json!(field)), "{batch}: {answer}");
    }
    assert!(system.items_with("LogTable", "LogLevel", "WRONG").await.is_empty());
}
