//! From the queue to the tables.

use functions::clock;
use functions::sqs::Event;
use serde_json::{Value, json};
use spaceships::consumer::validator::Validator;
use spaceships::consumer::{self, Bindings};

use crate::cloud::Cloud;
use crate::dynamodb::Item;

const FIRST_RECEIVED: &str = "1700000000000";

async fn cloud(models: &[(&str, u16)]) -> Cloud {
    let cloud = Cloud::start().await;
    cloud.with(|state| state.models = models.iter().map(|(model, status)| ((*model).to_owned(), *status)).collect());
    cloud
}

fn record(id: &str, group: &str, body: &Value) -> Value {
    let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    json!({
        "messageId": id,
        "receiptHandle": "first",
        "body": body,
        "attributes": {
            "ApproximateFirstReceiveTimestamp": FIRST_RECEIVED,
            "ApproximateReceiveCount": "1",
            "MessageGroupId": group,
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "unknownToday": true,
    })
}

fn again(mut record: Value) -> Value {
    record["attributes"]["ApproximateReceiveCount"] = json!("2");
    record["receiptHandle"] = json!("second");
    record
}

fn sighting(id: &str, model: &str) -> Value {
    json!({
        "spaceship_id": id, "model": model, "quadrant": "Alpha", "coordinates": { "x": 12.34, "y": 56.78, "z": 90.12 },
    })
}

/// Delivers `records` as one batch and returns the ids of the messages that return to the queue.
async fn deliver(cloud: &Cloud, records: &[Value]) -> Vec<String> {
    let bindings: Bindings = cloud.bindings(&[
        ("SIGHTINGS", "sightings"),
        ("FALSE_REPORTS", "false-reports"),
        ("MODEL_CACHE", "cache-model"),
        ("VALIDATOR_URL", &cloud.validator_url()),
    ]);
    let validator = Validator::new(&bindings.validator_url);
    let response = consumer::handle(&bindings, &validator, &Event { records: records.to_vec() }).await.unwrap();
    response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

fn texts(items: &[Item], attribute: &str) -> Vec<String> {
    items
        .iter()
        .map(|item| item[attribute].as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_sighting_of_a_valid_model_is_kept_whole() {
    let cloud = cloud(&[("X-Wing", 200)]).await;
    let records = [record("m-1", "g", &sighting("XW-12345", "X-Wing"))];
    assert!(deliver(&cloud, &records).await.is_empty());
    let expected = json!([{
        "spaceship_id": { "S": "XW-12345" },
        "model": { "S": "X-Wing" },
        "quadrant": { "S": "Alpha" },
        "coordinates": { "M": { "x": { "N": "12.34" }, "y": { "N": "56.78" }, "z": { "N": "90.12" } } },
        "timestamp": { "N": FIRST_RECEIVED },
        "message_id": { "S": "m-1" },
    }]);
    assert_eq!(json!(cloud.items("sightings")), expected);
    assert!(cloud.items("false-reports").is_empty());
}

#[tokio::test]
async fn a_sighting_of_an_unknown_model_is_a_false_report_with_the_whole_record() {
    let cloud = cloud(&[("Falcon", 404)]).await;
    let records = [record("m-1", "g", &sighting("F-1", "Falcon"))];
    assert!(deliver(&cloud, &records).await.is_empty());
    let reports = cloud.items("false-reports");
    assert_eq!(texts(&reports, "reason"), ["modelo no existe"]);
    assert_eq!(texts(&reports, "event"), [records[0].to_string()]);
    assert_eq!(texts(&reports, "timestamp"), [FIRST_RECEIVED]);
    assert!(cloud.items("sightings").is_empty());
}

#[tokio::test]
async fn an_unreadable_message_is_a_false_report_and_needs_no_validator() {
    let cloud = cloud(&[]).await;
    let records = [record("m-1", "g", &json!("hello")), record("m-2", "g", &json!({ "spaceship_id": "XW-12345" }))];
    assert!(deliver(&cloud, &records).await.is_empty());
    let reports = cloud.items("false-reports");
    assert_eq!(texts(&reports, "reason"), ["the body is not JSON", "`model` is missing"]);
    assert_eq!(texts(&reports, "timestamp"), ["1700000000000", "1700000000001"]);
}

#[tokio::test]
async fn both_answers_of_the_validator_are_cached_for_ten_minutes() {
    let cloud = cloud(&[("X-Wing", 200), ("Falcon", 404)]).await;
    let records = [record("m-1", "g", &sighting("XW-12345", "X-Wing")), record("m-2", "g", &sighting("F-1", "Falcon"))];
    let before = clock::seconds();
    deliver(&cloud, &records).await;
    let cached = cloud.items("cache-model");
    assert_eq!(texts(&cached, "cache_key"), ["X-Wing", "Falcon"]);
    assert_eq!([&cached[0]["is_valid"], &cached[1]["is_valid"]], [&json!({ "BOOL": true }), &json!({ "BOOL": false })]);
    for end in texts(&cached, "ttl") {
        assert!((before + 600..=clock::seconds() + 600).contains(&end.parse().unwrap()));
    }
    deliver(&cloud, &[record("m-3", "g", &sighting("XW-12345", "X-Wing"))]).await;
    assert_eq!(cloud.with(|state| state.validated.len()), 2, "the third message is answered from the cache");
}

#[tokio::test]
async fn an_expired_answer_does_not_count() {
    let cloud = cloud(&[("X-Wing", 200)]).await;
    let expired = json!({ "cache_key": { "S": "X-Wing" }, "is_valid": { "BOOL": false },
        "ttl": { "N": clock::seconds().to_string() } });
    cloud.with(|state| state.dynamodb.items("cache-model").push(expired.as_object().unwrap().clone()));
    deliver(&cloud, &[record("m-1", "g", &sighting("XW-12345", "X-Wing"))]).await;
    assert_eq!(cloud.items("sightings").len(), 1);
    assert_eq!(cloud.items("cache-model")[0]["is_valid"], json!({ "BOOL": true }));
}

#[tokio::test]
async fn a_model_is_validated_once_for_all_groups_and_percent_encoded() {
    let cloud = cloud(&[("TIE/LN Fighter", 200)]).await;
    let records: Vec<_> = (0..8)
        .map(|n| record(&format!("m-{n}"), &format!("g-{}", n / 2), &sighting("T-1", "TIE/LN Fighter")))
        .collect();
    assert!(deliver(&cloud, &records).await.is_empty());
    assert_eq!(cloud.with(|state| state.validated.clone()), ["key=1&model=TIE%2FLN%20Fighter"]);
    assert_eq!(cloud.items("sightings").len(), 8);
}

#[tokio::test]
async fn an_outage_returns_the_messages_that_need_the_model_and_those_after_them() {
    let cloud = cloud(&[("X-Wing", 200), ("Delta-7", 503)]).await;
    let records = [
        record("a-1", "a", &sighting("XW-1", "X-Wing")),
        record("a-2", "a", &sighting("D-1", "Delta-7")),
        record("a-3", "a", &sighting("XW-1", "X-Wing")),
        record("b-1", "b", &sighting("XW-2", "X-Wing")),
        record("c-1", "c", &sighting("D-2", "Delta-7")),
    ];
    assert_eq!(deliver(&cloud, &records).await, ["a-2", "a-3", "c-1"]);
    assert_eq!(texts(&cloud.items("sightings"), "message_id").len(), 2);
    assert!(cloud.items("false-reports").is_empty());
    assert_eq!(texts(&cloud.items("cache-model"), "cache_key"), ["X-Wing"], "an outage is not cached");
    assert_eq!(cloud.with(|state| state.validated.len()), 2);

    cloud.with(|state| state.models.insert("Delta-7".to_owned(), 200));
    let returned = [records[1].clone(), records[2].clone(), records[4].clone()].map(again);
    assert!(deliver(&cloud, &returned).await.is_empty());
    assert_eq!(cloud.items("sightings").len(), 5);
}

#[tokio::test]
async fn a_validator_that_does_not_answer_fails_its_messages_together() {
    let cloud = cloud(&[("X-Wing", 200)]).await;
    let mut records: Vec<_> =
        (0..4).map(|n| record(&format!("m-{n}"), &format!("g-{n}"), &sighting("D-1", "DS-1"))).collect();
    records.push(record("m-4", "g-4", &sighting("XW-1", "X-Wing")));
    let started = std::time::Instant::now();
    assert_eq!(deliver(&cloud, &records).await, ["m-0", "m-1", "m-2", "m-3"]);
    assert!(started.elapsed().as_secs() < 6, "the messages wait for one answer, not each for its own");
}

#[tokio::test]
async fn messages_of_the_same_millisecond_are_all_kept() {
    let cloud = cloud(&[("X-Wing", 200), ("Falcon", 404)]).await;
    let records: Vec<_> = (0..6)
        .map(|n| record(&format!("m-{n}"), &format!("g-{n}"), &sighting("S-1", ["X-Wing", "Falcon"][n % 2])))
        .collect();
    assert!(deliver(&cloud, &records).await.is_empty());
    for table in ["sightings", "false-reports"] {
        let mut timestamps = texts(&cloud.items(table), "timestamp");
        timestamps.sort();
        assert_eq!(timestamps, ["1700000000000", "1700000000001", "1700000000002"], "{table}");
    }
}

#[tokio::test]
async fn a_redelivered_message_changes_nothing_even_if_the_model_has_changed() {
    let cloud = cloud(&[("X-Wing", 200), ("Falcon", 404)]).await;
    let records = [
        record("m-1", "g", &sighting("S-1", "X-Wing")),
        record("m-2", "g", &sighting("S-1", "X-Wing")),
        record("m-3", "g", &sighting("S-1", "Falcon")),
        record("m-4", "g", &json!("hello")),
    ];
    deliver(&cloud, &records).await;
    let tables = || [cloud.items("sightings"), cloud.items("false-reports")];
    let before = tables();
    assert_eq!(before.each_ref().map(Vec::len), [2, 2]);

    cloud.with(|state| {
        state.models = [("X-Wing".to_owned(), 404), ("Falcon".to_owned(), 200)].into();
        state.dynamodb.items("cache-model").clear();
    });
    assert!(deliver(&cloud, &records.map(again)).await.is_empty());
    assert_eq!(tables(), before);
}

#[tokio::test]
async fn a_table_that_refuses_returns_the_message() {
    for (operation, table) in [("PutItem", "sightings"), ("GetItem", "cache-model"), ("PutItem", "cache-model")] {
        let cloud = cloud(&[("X-Wing", 200)]).await;
        cloud.with(|state| state.dynamodb.denied = Some((operation, table)));
        let records = [record("m-1", "g", &sighting("XW-1", "X-Wing"))];
        assert_eq!(deliver(&cloud, &records).await, ["m-1"], "{operation} on {table}");
    }
    let cloud = cloud(&[]).await;
    cloud.with(|state| state.dynamodb.denied = Some(("PutItem", "false-reports")));
    assert_eq!(deliver(&cloud, &[record("m-1", "g", &json!("hello"))]).await, ["m-1"]);
}
