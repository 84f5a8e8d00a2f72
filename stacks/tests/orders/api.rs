//! Requests of the API.

use reqwest::Method;
use serde_json::{Value, json};
use testing::Answer;

use crate::system::{System, order};

pub(crate) async fn what_has_no_usable_id_is_refused_with_the_field(system: &System) {
    for (body, field, message) in [
        ("{}", "id", "`id`: is required"),
        (r#"{"id": 7}"#, "id", "`id`: expected a string, got a number"),
        (r#"{"id": " "}"#, "id", "`id`: is empty"),
        ("[]", "body", "`body`: expected a JSON object, got a list"),
        ("\"order\"", "body", "`body`: expected a JSON object, got a string"),
    ] {
        let answer = system.post(body).await;
        assert_eq!((answer.status, answer.json()), (400, json!({ "message": message, "field": field })), "{body}");
        assert_eq!(answer.headers["content-type"], "application/json");
        answer.assert_open_to_web_pages();
    }
    for body in ["", "{", "order-001"] {
        let answer = system.post(body).await;
        assert_eq!((answer.status, &answer.json()["field"]), (400, &json!("body")), "{body}");
    }
    let long = system.post(order(&"x".repeat(257))).await;
    assert_eq!((long.status, &long.json()["field"]), (400, &json!("id")));
}

pub(crate) async fn an_order_longer_than_a_message_is_refused(system: &System) {
    let mut order = order("long-1");
    order["note"] = json!("x".repeat(256 * 1_024));
    let answer = system.post(&order).await;
    assert_eq!((answer.status, &answer.json()["field"]), (413, &json!("body")));
    answer.assert_open_to_web_pages();

    order["note"] = json!("x".repeat(255 * 1_024));
    order["amount"] = json!("a wrong order is kept whole, and an item must hold it");
    assert_eq!(system.post(&order).await.status, 202);
    system.wait_for("long-1", 1).await;
}

pub(crate) async fn an_id_of_any_letters_is_found_again(system: &System) {
    for id in ["pedido ñ 1", "a+b=c&d", "100%25", "año 2026?x#y", &"é".repeat(128)] {
        assert_eq!(system.post(order(id)).await.status, 202, "{id}");
        let record = system.wait_for(id, 1).await.remove(0);
        let stored = Answer::to(system.http.get(record["url"].as_str().unwrap())).await;
        assert_eq!(stored.json()["id"], id);
    }
}

pub(crate) async fn an_unknown_order_is_not_found(system: &System) {
    let answer = system.get("nobody's").await;
    let expected = json!({ "message": "`orderId`: there is no such order", "field": "orderId" });
    assert_eq!((answer.status, answer.json()), (404, expected));
    answer.assert_open_to_web_pages();
    let answer = system.get(&"x".repeat(257)).await;
    assert_eq!((answer.status, &answer.json()["field"]), (400, &json!("orderId")));
    let answer = Answer::to(system.request(Method::GET, &["orders", "a"]).query(&[("before", "soon")])).await;
    assert_eq!((answer.status, &answer.json()["field"]), (400, &json!("before")));
}

pub(crate) async fn other_methods_and_paths_are_refused(system: &System) {
    for (method, steps) in [
        (Method::GET, &["orders"][..]),
        (Method::DELETE, &["orders", "order-001"]),
        (Method::POST, &["health"]),
        (Method::GET, &["nowhere"]),
    ] {
        let answer = Answer::to(system.request(method.clone(), steps)).await;
        assert!((400..500).contains(&answer.status), "{method} {steps:?}: {answer:?}");
        assert!(answer.json().get("message").is_some_and(Value::is_string));
        answer.assert_open_to_web_pages();
    }
}

pub(crate) async fn other_web_pages_may_ask(system: &System) {
    for (steps, method) in [(&["orders"][..], "POST"), (&["orders", "a"], "GET"), (&["health"], "GET")] {
        let preflight = Answer::to(system.request(Method::OPTIONS, steps)).await;
        assert!(matches!(preflight.status, 200 | 204), "{preflight:?}");
        preflight.assert_open_to_web_pages();
        let methods = preflight.headers["access-control-allow-methods"].to_str().unwrap();
        assert!(methods.split(',').any(|it| it.trim() == method), "{methods}");
    }
}
