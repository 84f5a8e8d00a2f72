//! What the API takes, refuses and answers.

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::Method;
use serde_json::{Value, json};
use testing::integer;

use crate::system::{DLQS, QUEUES, System};

pub(crate) async fn a_request_is_stored_published_and_processed(system: &System) {
    let mut outputs: Vec<_> = QUEUES.into_iter().chain(DLQS).chain(["ApiUrl", "OrdersTable", "TopicArn"]).collect();
    outputs.sort_unstable();
    assert_eq!(system.output_names(), outputs);
    assert_eq!(system.output("OrdersTable"), "orders-table-dev");
    requests_are_stored_published_and_processed(system).await;
}

pub(crate) async fn requests_are_stored_published_and_processed(system: &System) {
    for status in ["pending", "approved", "rejected"] {
        let body = json!({ "status": status, "customer_id": "walker", "amount": 12.5, "lines": [{ "sku": "a-1" }] });
        let answer = system.post(&body).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        assert_eq!(answer.headers["content-type"], "application/json");
        let request_id = answer.json()["request_id"].as_str().unwrap().to_owned();
        assert_eq!(answer.json(), json!({ "request_id": request_id }));

        let item = system.processed(&request_id).await;
        assert_eq!(item["status"], AttributeValue::S(status.to_owned()));
        assert_eq!(item["customer_id"], AttributeValue::S("walker".to_owned()));
        assert_eq!(item["amount"], AttributeValue::N("12.5".to_owned()));
        let line = item["lines"].as_l().unwrap()[0].as_m().unwrap();
        assert_eq!(line["sku"], AttributeValue::S("a-1".to_owned()));
        assert!(integer(&item, "received_at") <= integer(&item, "processed_at"), "{item:?}");
    }
}

pub(crate) async fn a_request_that_is_none_is_refused_with_the_field(system: &System) {
    let check = async |body: String, status: u16, field: &str| {
        let answer = system.post(&body).await;
        assert_eq!((answer.status, answer.json()["field"].as_str()), (status, Some(field)), "{answer:?}");
        assert_eq!(answer.headers["content-type"], "application/json");
        answer.assert_open_to_web_pages();
        answer.json()["message"].as_str().unwrap().to_owned()
    };
    for body in ["", "{", "pending", "[1]", "null", r#"{"status": "pending", "x": 1e999}"#] {
        check(body.to_owned(), 400, "body").await;
    }
    check("{}".to_owned(), 400, "status").await;
    check(json!({ "status": 7 }).to_string(), 400, "status").await;
    let message = check(json!({ "status": "cancelled" }).to_string(), 400, "status").await;
    assert_eq!(message, "`status`: expected one of `pending`, `approved`, `rejected`, got `cancelled`");
    for field in ["customer_id", "request_id"] {
        check(json!({ "status": "pending", field: 7 }).to_string(), 400, field).await;
        check(json!({ "status": "pending", field: "" }).to_string(), 400, field).await;
    }
    check(json!({ "status": "pending", "processed_at": 0 }).to_string(), 400, "processed_at").await;
    check(json!({ "status": "pending", "note": "x".repeat(64 * 1024) }).to_string(), 413, "body").await;

    let answer = system.request(Method::GET).await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
}

pub(crate) async fn an_id_names_one_request(system: &System) {
    let body = json!({ "status": "pending", "request_id": "mine-1", "note": "é" });
    assert_eq!(system.accepted(&body).await, "mine-1");
    let first = system.processed("mine-1").await;
    let again: Value = json!({ "note": "é", "request_id": "mine-1", "status": "pending" });
    assert_eq!(system.accepted(&again).await, "mine-1");
    assert_eq!(system.item("mine-1").await, Some(first.clone()));

    let other = system.post(json!({ "status": "approved", "request_id": "mine-1", "note": "é" })).await;
    assert_eq!((other.status, other.json()["field"].as_str()), (409, Some("request_id")), "{other:?}");
    assert_eq!(system.item("mine-1").await, Some(first));
}

pub(crate) async fn other_web_pages_may_ask(system: &System) {
    let answer = system.request(Method::OPTIONS).await;
    assert!((200..300).contains(&answer.status), "{answer:?}");
    answer.assert_open_to_web_pages();
    let methods = answer.headers["access-control-allow-methods"].to_str().unwrap();
    assert!(methods.contains("POST"), "{methods}");
}
