//! Statistics from the table of sightings.

use functions::api::Response;
use functions::clock;
use serde_json::{Value, json};
use spaceships::calculator::{self, Bindings};

use crate::cloud::Cloud;

async fn calculate(cloud: &Cloud, request: &Value) -> Response {
    let bindings: Bindings = cloud.bindings(&[
        ("SIGHTINGS", "sightings"),
        ("SIGHTINGS_BY_MODEL", "sightings/index/by-model"),
        ("STATS_CACHE", "cache-stats"),
    ]);
    calculator::handle(&bindings, request, "request-1").await
}

fn body(response: &Response) -> Value {
    serde_json::from_str(&response.body).unwrap()
}

/// Sightings of one X-Wing, so many milliseconds ago.
fn seen(cloud: &Cloud, now: i64, ages: &[i64]) {
    cloud.with(|state| {
        for age in ages {
            let item = json!({ "spaceship_id": { "S": "XW-1" }, "model": { "S": "X-Wing" },
                "timestamp": { "N": (now - age).to_string() } });
            state.dynamodb.items("sightings").push(item.as_object().unwrap().clone());
        }
    });
}

#[tokio::test]
async fn all_pages_of_the_last_ten_minutes_count() {
    let cloud = Cloud::start().await;
    let now = clock::millis();
    seen(&cloud, now, &[601_000, 599_000, 500_000, 400_000, 300_000, 1]);
    for request in [json!({ "spaceship_id": "XW-1" }), json!({ "model": "X-Wing" })] {
        let response = calculate(&cloud, &request).await;
        assert_eq!((response.status_code, &response.headers["Content-Type"][..]), (200, "application/json"));
        let mut body = body(&response);
        let timestamp = body["timestamp"].take().as_i64().unwrap();
        assert!((now..=clock::millis()).contains(&timestamp));
        let mut expected = json!({ "count": 5, "timestamp": null, "window_size": 600_000,
            "sighting_oldest": now - 599_000, "sighting_newest": now - 1 });
        expected.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn without_sightings_the_count_is_zero() {
    let cloud = Cloud::start().await;
    let body = body(&calculate(&cloud, &json!({ "model": "AT-AT" })).await);
    assert_eq!(
        [&body["count"], &body["sighting_oldest"], &body["sighting_newest"]],
        [&json!(0), &Value::Null, &Value::Null]
    );
}

#[tokio::test]
async fn each_calculation_overwrites_the_cache_for_five_minutes() {
    let cloud = Cloud::start().await;
    calculate(&cloud, &json!({ "spaceship_id": "XW-1" })).await;
    seen(&cloud, clock::millis(), &[1]);
    let before = clock::seconds();
    let response = calculate(&cloud, &json!({ "spaceship_id": "XW-1" })).await;
    let cached = cloud.items("cache-stats");
    assert_eq!(cached.len(), 1);
    assert_eq!(cached[0]["cache_key"], json!({ "S": "spaceship_id:XW-1" }));
    assert_eq!(cached[0]["data"], json!({ "S": response.body }));
    let end = cached[0]["ttl"]["N"].as_str().unwrap().parse().unwrap();
    assert!((before + 300..=clock::seconds() + 300).contains(&end));
}

#[tokio::test]
async fn a_request_without_parameters_is_refused_and_reads_nothing() {
    let cloud = Cloud::start().await;
    let event = json!({ "requestContext": { "requestId": "r" }, "queryStringParameters": null });
    let response = calculate(&cloud, &event).await;
    assert_eq!(response.status_code, 400);
    assert_eq!(body(&response), json!({ "message": "`spaceship_id` or `model` is required", "field": "spaceship_id" }));
    assert_eq!(response.headers["Access-Control-Allow-Origin"], "*");
    assert!(cloud.with(|state| state.dynamodb.calls.is_empty()));
}

#[tokio::test]
async fn a_table_that_refuses_is_an_internal_error_without_internals() {
    for denied in [("Query", "sightings"), ("PutItem", "cache-stats")] {
        let cloud = Cloud::start().await;
        cloud.with(|state| state.dynamodb.denied = Some(denied));
        let response = calculate(&cloud, &json!({ "model": "X-Wing" })).await;
        assert_eq!(response.status_code, 500);
        assert_eq!(body(&response), json!({ "message": "internal error", "request_id": "request-1" }));
    }
}
