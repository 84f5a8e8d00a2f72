//! The cache before the calculator.

use functions::api::Response;
use functions::clock;
use serde_json::{Value, json};
use spaceships::counts::{self, Bindings};

use crate::cloud::Cloud;

async fn count(cloud: &Cloud, request: &Value) -> Response {
    let bindings: Bindings = cloud.bindings(&[("STATS_CACHE", "cache-stats"), ("CALCULATOR", "spaceships-calculator")]);
    counts::handle(&bindings, request, "request-1").await
}

/// A cloud whose cache holds a result for so many seconds more, and whose calculator would answer another.
async fn cloud(seconds_left: i64) -> Cloud {
    let cloud = Cloud::start().await;
    let item = json!({ "cache_key": { "S": "model:X-Wing" }, "data": { "S": r#"{"count":1}"# },
        "ttl": { "N": (clock::seconds() + seconds_left).to_string() } });
    cloud.with(|state| {
        state.dynamodb.items("cache-stats").push(item.as_object().unwrap().clone());
        state.invocation.1 = json!({ "statusCode": 200, "headers": {}, "body": r#"{"count":2}"# });
    });
    cloud
}

fn invoked(cloud: &Cloud) -> Vec<(String, Value)> {
    cloud.with(|state| state.invoked.clone())
}

#[tokio::test]
async fn a_result_in_the_cache_is_the_answer() {
    let cloud = cloud(60).await;
    let event = json!({ "requestContext": {}, "queryStringParameters": { "model": "X-Wing" } });
    assert_eq!(count(&cloud, &event).await, Response::json(200, r#"{"count":1}"#.to_owned()));
    assert!(invoked(&cloud).is_empty());
}

#[tokio::test]
async fn an_expired_result_is_the_calculators_to_find_again() {
    let cloud = cloud(0).await;
    assert_eq!(count(&cloud, &json!({ "model": "X-Wing" })).await, Response::json(200, r#"{"count":2}"#.to_owned()));
    assert_eq!(invoked(&cloud), [("spaceships-calculator".to_owned(), json!({ "model": "X-Wing" }))]);
}

#[tokio::test]
async fn a_missing_result_is_asked_for_by_its_parameter_and_not_cached_here() {
    let cloud = cloud(60).await;
    let request = json!({ "spaceship_id": "XW-1", "model": "X-Wing" });
    assert_eq!(count(&cloud, &request).await, Response::json(200, r#"{"count":2}"#.to_owned()));
    assert_eq!(invoked(&cloud), [("spaceships-calculator".to_owned(), json!({ "spaceship_id": "XW-1" }))]);
    assert_eq!(cloud.with(|state| state.dynamodb.calls.clone()), ["GetItem cache-stats"]);
}

#[tokio::test]
async fn the_calculators_status_is_passed_on() {
    let cloud = cloud(0).await;
    let failure = Response::internal_error("request-of-the-calculator");
    cloud.with(|state| state.invocation.1 = json!(failure));
    assert_eq!(count(&cloud, &json!({ "model": "X-Wing" })).await, failure);
}

#[tokio::test]
async fn a_calculator_that_fails_is_a_bad_gateway_without_internals() {
    for invocation in [
        (Some("Unhandled"), json!({ "errorMessage": "secret internals" })),
        (None, json!({ "errorMessage": "secret internals" })),
        (None, Value::Null),
    ] {
        let cloud = cloud(0).await;
        cloud.with(|state| state.invocation = invocation);
        let response = count(&cloud, &json!({ "model": "X-Wing" })).await;
        assert_eq!(response.status_code, 502);
        assert_eq!(response.body, r#"{"message":"the calculation failed","request_id":"request-1"}"#);
    }
}

#[tokio::test]
async fn a_cache_that_refuses_is_an_internal_error() {
    let cloud = cloud(60).await;
    cloud.with(|state| state.dynamodb.denied = Some(("GetItem", "cache-stats")));
    assert_eq!(count(&cloud, &json!({ "model": "X-Wing" })).await, Response::internal_error("request-1"));
}

#[tokio::test]
async fn an_empty_parameter_is_refused_by_name() {
    let cloud = cloud(60).await;
    let response = count(&cloud, &json!({ "spaceship_id": "", "model": "X-Wing" })).await;
    assert_eq!(response, Response::bad_request("spaceship_id", "`spaceship_id` is empty"));
}
