//! Messages that fail, in part or for some time.

use std::collections::BTreeSet;

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};
use testing::{LocalCloud, eventually};

use crate::system::{System, order};

pub(crate) async fn of_a_batch_only_what_cannot_be_kept_returns(system: &System) {
    let orders = [order("batch-1"), order("batch-2")];
    let bad = [json!("not JSON"), json!("[]"), json!({ "amount": 1 }), json!({ "id": "" })];
    let batch = [
        ("good-1", 1, &orders[0]),
        ("bad-1", 1, &bad[0]),
        ("bad-2", 1, &bad[1]),
        ("bad-3", 1, &bad[2]),
        ("bad-4", 1, &bad[3]),
        ("good-2", 1, &orders[1]),
    ];
    let failed = system.process(&batch).await;
    assert_eq!(failed, BTreeSet::from(["bad-1", "bad-2", "bad-3", "bad-4"].map(str::to_owned)));
    for order in &orders {
        assert_eq!(system.items_of(order["id"].as_str().unwrap()).await.len(), 1);
    }
}

pub(crate) async fn a_failure_between_two_writes_loses_and_doubles_nothing(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "between");
    system.hurry(2, 100).await;
    // The function may put the document, and not the record that names it.
    system.deny("orders-processor", "dynamodb:PutItem").await;

    let id = system.send_all([order("between-1")]).await.remove(0);
    let key = format!("orders/between-1/{id}.json");
    eventually("there is a document", async || system.keys("orders/").await.contains(&key)).await;
    let received = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
    eventually("the message waits for its next delivery", async || {
        system.queue_attribute("OrdersQueueUrl", received.clone()).await != "0"
    })
    .await;
    assert_eq!(system.items().await, []);
    assert_eq!(system.get("between-1").await.status, 404, "no record names the document");

    system.allow("orders-processor").await;
    let records: Vec<Value> = system.wait_for("between-1", 1).await;
    assert_eq!((records.len(), &records[0]["isDuplicate"]), (1, &json!(false)), "it is not a duplicate of itself");
    assert_eq!(system.keys("orders/").await, BTreeSet::from([key]));
    assert_eq!(system.items().await.len(), 1);
}
