//! Requests that the API refuses.

use reqwest::Method;
use serde_json::{Value, json};
use testing::Answer;

use crate::system::System;

pub(crate) async fn a_body_that_is_no_json_object_is_refused_and_nothing_is_sent(system: &System) {
    for body in ["", "hello", "[1, 2]", "\"text\"", "7", "null", r#"{"message": "#] {
        let answer = system.post("application/json", body).await;
        assert_eq!(answer.status, 400, "`{body}`: {answer:?}");
        assert!(answer.json()["message"].is_string(), "{answer:?}");
    }
    let bodies = system.items("MessagesTable").await;
    assert!(bodies.iter().all(|item| item["body"].as_s().unwrap().starts_with('{')), "{bodies:?}");
}

pub(crate) async fn a_body_of_another_type_cannot_become_another_call(system: &System) {
    for content_type in ["text/plain", "application/x-www-form-urlencoded"] {
        let answer = system.post(content_type, "Action=PurgeQueue").await;
        assert!(matches!(answer.status, 400 | 415), "{answer:?}");
        assert!(answer.json()["message"].is_string());
    }
    let body = r#"{"a": "&Action=PurgeQueue&QueueUrl=x"}"#;
    let answer = system.post("application/json; charset=utf-8", body).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let kept = system.wait_for_message(answer.json()["messageId"].as_str().unwrap()).await;
    assert_eq!(kept["body"].as_s().unwrap(), body);
}

pub(crate) async fn a_body_that_no_item_holds_is_refused(system: &System) {
    let of = |size: usize| json!({"a": "x".repeat(size - r#"{"a":""}"#.len())}).to_string();
    let most = system.post("application/json", of(256 * 1_024)).await;
    assert_eq!(most.status, 202, "{most:?}");
    system.wait_for_message(most.json()["messageId"].as_str().unwrap()).await;

    let more = system.post("application/json", of(256 * 1_024 + 1)).await;
    assert_eq!(more.status, 400, "{more:?}");
    assert_eq!(more.json(), json!({"message": "the queue does not take this body", "field": "body"}));
    more.assert_open_to_web_pages();
}

pub(crate) async fn other_methods_and_paths_are_refused(system: &System) {
    for (method, path) in [(Method::GET, "/messages"), (Method::DELETE, "/messages"), (Method::POST, "/nowhere")] {
        let answer = Answer::to(system.request(method, path)).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
        assert!(answer.json().get("message").is_some_and(Value::is_string));
    }
}

pub(crate) async fn other_web_pages_may_ask(system: &System) {
    let preflight = Answer::to(system.request(Method::OPTIONS, "/messages")).await;
    assert!(matches!(preflight.status, 200 | 204), "{preflight:?}");
    preflight.assert_open_to_web_pages();
    assert_eq!(preflight.headers["access-control-allow-methods"], "POST,OPTIONS");
}
