//! The way through the system that its document describes.

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::Method;
use serde_json::json;
use testing::Answer;

use crate::system::{System, order};

const ID: &str = "order-001";

pub(crate) async fn the_outputs_are_those_of_the_document(system: &System) {
    assert_eq!(system.output_names(), ["ApiUrl", "OrdersBucket", "OrdersDlqUrl", "OrdersQueueUrl", "OrdersTable"]);
    assert!(system.output("ApiUrl").ends_with("/dev"), "{}", system.output("ApiUrl"));
}

pub(crate) async fn an_order_is_queued_kept_and_shown(system: &System) {
    let health = Answer::to(system.request(Method::GET, &["health"])).await;
    let all_well = json!({ "status": "ok", "checks": { "table": "ok", "bucket": "ok", "queue": "ok" } });
    assert_eq!((health.status, health.json()), (200, all_well));

    let sent = order(ID).to_string();
    let taken = system.post(&sent).await;
    assert_eq!(taken.status, 202, "{taken:?}");
    assert_eq!(taken.headers["content-type"], "application/json");
    assert_eq!(taken.json()["orderId"], ID);
    let message_id = taken.json()["messageId"].as_str().unwrap().to_owned();

    let record = system.wait_for(ID, 1).await.remove(0);
    for (name, expected) in [
        ("valid", json!(true)),
        ("isDuplicate", json!(false)),
        ("amount", json!(2580)),
        ("fromAccount", json!("1111111")),
        ("toAccount", json!("7777777")),
    ] {
        assert_eq!(record[name], expected, "{record}");
    }
    // Fifteen minutes.
    let lifetime = record["urlExpiresAt"].as_i64().unwrap() - record["receivedAt"].as_i64().unwrap();
    assert!((900_000..1_000_000).contains(&lifetime), "{lifetime}");

    let url = record["url"].as_str().unwrap();
    let stored = Answer::to(system.http.get(url)).await;
    assert_eq!((stored.status, &stored.body), (200, &sent));
    assert_eq!(stored.headers["content-type"], "application/json");
    let other = url.replace(&message_id, "another");
    assert_eq!(Answer::to(system.http.get(other)).await.status, 403, "a URL is of one document");

    let item = system.items_of(ID).await.remove(0);
    assert_eq!(item["valid"], AttributeValue::Bool(true));
    assert_eq!(item["isDuplicate"], AttributeValue::Bool(false));
    let keys = system.keys(&format!("orders/{ID}/")).await;
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), [format!("orders/{ID}/{message_id}.json")]);
}

pub(crate) async fn a_wrong_order_is_kept_with_all_that_is_wrong(system: &System) {
    let wrong = [
        (json!("2580"), "`amount`: expected a number, got a string"),
        (json!(0), "`amount`: expected more than 0"),
        (json!(-1), "`amount`: expected more than 0"),
        (json!(null), "`amount`: is required"),
    ];
    for (number, (amount, reason)) in wrong.iter().enumerate() {
        let id = format!("wrong-{number}");
        let mut order = order(&id);
        order["amount"] = amount.clone();
        assert_eq!(system.post(&order).await.status, 202);
        let record = system.wait_for(&id, 1).await.remove(0);
        assert_eq!((&record["valid"], &record["reasons"]), (&json!(false), &json!([reason])));
        assert_eq!(record.get("url"), None, "only a right order has a document");
        let item = system.items_of(&id).await.remove(0);
        assert_eq!(item["order"].as_s().unwrap(), &order.to_string(), "it is not in the bucket, but not lost either");
        assert!(system.keys(&format!("orders/{id}/")).await.is_empty());
    }

    let worst = r#"{"id": "wrong-worst", "amount": 1e999, "fromAccount": 7, "toAccount": "x"}"#;
    assert_eq!(system.post(worst).await.status, 202);
    let record = system.wait_for("wrong-worst", 1).await.remove(0);
    assert_eq!(record["reasons"].as_array().unwrap().len(), 3, "{record}");

    let exact = r#"{"id": "exact", "amount": 9007199254740993.01, "fromAccount": "1", "toAccount": "2"}"#;
    assert_eq!(system.post(exact).await.status, 202);
    system.wait_for("exact", 1).await;
    assert!(system.get("exact").await.body.contains(r#""amount":9007199254740993.01,"#), "a float would round it");
}
