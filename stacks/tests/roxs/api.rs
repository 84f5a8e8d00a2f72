//! Requests of the API.

use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, number, text};

use crate::system::System;

const ENDPOINTS: [(&str, &str); 6] = [
    ("GET", "/health"),
    ("GET", "/images"),
    ("GET", "/logs"),
    ("POST", "/notifications"),
    ("GET", "/files"),
    ("GET", "/stats"),
];

async fn ask(system: &System, method: &str, path: &str) -> Answer {
    Answer::to(system.request(Method::from_bytes(method.as_bytes()).unwrap(), path)).await
}

pub(crate) async fn every_endpoint_takes_one_verb(system: &System) {
    for (method, path) in ENDPOINTS {
        let answer = ask(system, method, path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.headers["content-type"], "application/json");
        for other in ["GET", "POST", "PUT", "DELETE", "PATCH"].into_iter().filter(|other| *other != method) {
            let answer = ask(system, other, path).await;
            assert_eq!((answer.status, &answer.json()["allowed"]), (405, &json!([method])), "{other} {path}");
            assert_eq!(answer.headers["allow"], format!("{method}, OPTIONS"));
            answer.assert_open_to_web_pages();
        }
    }
    assert_eq!(system.get("/health").await.json()["status"], "healthy");
}

pub(crate) async fn anything_else_is_told_the_endpoints(system: &System) {
    for path in ["/nonexistent", "/", "/images/7", "/filesystem"] {
        let answer = system.get(path).await;
        assert_eq!(answer.status, 404, "{answer:?}");
        let body = answer.json();
        assert_eq!(body["available_endpoints"], json!(ENDPOINTS.map(|(method, path)| format!("{method} {path}"))));
        assert_eq!((&body["error"], &body["method"]), (&json!("Endpoint not found"), &json!("GET")));
        answer.assert_open_to_web_pages();
    }
}

pub(crate) async fn a_notification_is_passed_on_or_refused_with_the_field(system: &System) {
    let answer = system.post("/notifications", json!({ "title": "From the API", "priority": "high" })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let result = answer.json()["notification_result"].clone();
    assert_eq!(result["statusCode"], 200);
    let result: Value = serde_json::from_str(result["body"].as_str().unwrap()).unwrap();
    let id = result["notification_id"].as_str().unwrap();
    let items = system.items_with("NotificationTable", "NotificationId", id).await;
    assert_eq!((items.len(), &items[0]["Type"], &items[0]["Priority"]), (1, &text("api"), &text("high")));
    assert_eq!(items[0]["Recipient"], text("api-user@roxs.com"));

    for (body, field) in
        [("{", "body"), ("[]", "body"), (r#"{"title": 7}"#, "title"), (r#"{"priority": "a\u0007"}"#, "priority")]
    {
        let answer = system.post("/notifications", body).await;
        assert_eq!((answer.status, &answer.json()["field"]), (400, &json!(field)), "{body}: {answer:?}");
        answer.assert_open_to_web_pages();
    }
}

pub(crate) async fn the_newest_logs_of_all_levels_come_first(system: &System) {
    // Ahead of all others, so that no scenario beside this one is newer.
    let far: i64 = 4_000_000_000_000;
    let logs = || (0..12).zip(["FAR-A", "FAR-B", "FAR-C"].into_iter().cycle());
    for (place, level) in logs() {
        let log = [
            ("LogLevel", text(level)),
            ("Timestamp", number(far + place)),
            ("Part", number(place % 4)),
            ("Service", text("tomorrow")),
            ("Message", text(format!("far {place}"))),
        ];
        system.put_item("LogTable", log).await;
    }
    let answer = system.get("/logs").await.json();
    let messages: Vec<_> = answer["logs"].as_array().unwrap().iter().map(|log| log["message"].clone()).collect();
    assert_eq!(messages, (2..12).rev().map(|place| json!(format!("far {place}"))).collect::<Vec<_>>());
    assert_eq!(answer["logs"][0]["level"], "FAR-C");
    assert_eq!(
        (&answer["logs"][0]["timestamp"], &answer["logs"][0]["service"]),
        (&json!(far + 11), &json!("tomorrow"))
    );
    assert!(answer["total_scanned"].as_u64().unwrap() >= 12);
    for (place, level) in logs() {
        system.delete_item("LogTable", [("LogLevel", text(level)), ("Timestamp", number(far + place))]).await;
    }
}

pub(crate) async fn other_web_pages_may_ask(system: &System) {
    for (method, path) in ENDPOINTS {
        let preflight = ask(system, "OPTIONS", path).await;
        assert_eq!(preflight.status, 204, "{preflight:?}");
        preflight.assert_open_to_web_pages();
        assert!(preflight.headers["access-control-allow-methods"].to_str().unwrap().contains(method));
        ask(system, method, path).await.assert_open_to_web_pages();
    }
}
