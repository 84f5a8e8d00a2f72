//! Several orders of one id, at once and one after the other, and one that comes twice.

use std::collections::BTreeSet;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, number, text};

use crate::system::{System, order};

/// How many of `records` are no duplicates.
fn originals(records: &[Value]) -> usize {
    records.iter().filter(|record| record["isDuplicate"] == false).count()
}

pub(crate) async fn of_orders_that_come_at_once_one_is_the_original(system: &System) {
    const ORDERS: usize = 40;
    let sent = system.send_all((0..ORDERS).map(|_| order("twin-1"))).await;
    let records = system.wait_for("twin-1", ORDERS).await;
    assert_eq!((records.len(), originals(&records)), (ORDERS, 1));
    assert!(records.iter().all(|record| record["valid"] == true));
    let keys = sent.iter().map(|id| format!("orders/twin-1/{id}.json")).collect::<BTreeSet<_>>();
    assert_eq!(system.keys("orders/twin-1/").await, keys, "each has a document of its own");

    // The same, with nothing between: many functions that all begin at once, and all orders of one millisecond.
    let order = order("twin-2");
    let ids: Vec<_> = (0..8).map(|number| format!("at-once-{number}")).collect();
    let batches: Vec<_> = ids.iter().map(|id| [(id.as_str(), 1_000, &order)]).collect();
    let failed = join_all(batches.iter().map(|batch| system.process(batch))).await;
    assert!(failed.iter().all(BTreeSet::is_empty), "{failed:?}");
    let records = system.wait_for("twin-2", ids.len()).await;
    assert_eq!((records.len(), originals(&records)), (ids.len(), 1));
}

pub(crate) async fn orders_are_shown_newest_first(system: &System) {
    let mut order = order("again-1");
    for (number, received) in (1_u32..).zip([2_000, 1_000, 3_000, 3_000]) {
        order["amount"] = json!(number);
        system.process(&[(format!("again-{number}").as_str(), received, &order)]).await;
    }
    let records = system.wait_for("again-1", 4).await;
    let shown: Vec<_> = records
        .iter()
        .map(|record| (record["amount"].as_i64().unwrap(), record["isDuplicate"].as_bool().unwrap()))
        .collect();
    // The original is the first that was processed; of the others, two were received in one millisecond.
    assert_eq!(shown, [(4, true), (3, true), (2, true), (1, false)]);

    order["amount"] = json!("none");
    system.process(&[("again-5", 4_000, &order)]).await;
    let newest = system.wait_for("again-1", 5).await.remove(0);
    assert_eq!((&newest["valid"], &newest["isDuplicate"]), (&json!(false), &json!(true)), "wrong ones count as well");
}

pub(crate) async fn a_redelivered_message_changes_nothing(system: &System) {
    let (right, mut wrong) = (order("redelivered"), order("redelivered"));
    wrong["amount"] = json!(0);
    let batch = [("first", 1_000, &right), ("second", 1_000, &right), ("third", 1_000, &wrong)];
    assert!(system.process(&batch).await.is_empty());
    let (records, keys) = (system.items_of("redelivered").await, system.keys("orders/redelivered/").await);
    assert_eq!((records.len(), keys.len()), (3, 2));
    // In another order, and at once.
    let again = [batch[2], batch[1], batch[0]];
    let failed = join_all([system.process(&again), system.process(&batch)]).await;
    assert!(failed.iter().all(BTreeSet::is_empty), "{failed:?}");
    assert_eq!(system.items_of("redelivered").await, records);
    assert_eq!(system.keys("orders/redelivered/").await, keys);
}

pub(crate) async fn more_records_than_an_answer_holds_are_continued(system: &System) {
    const RECORDS: i64 = 30;
    // Long ones, so that few are enough: 200 KB each, of which a function can return 6 MB.
    let item = |position: i64| {
        [
            ("orderId", text("much")),
            ("position", number(position)),
            ("receivedAt", number(position)),
            ("fromAccount", text("1".repeat(200_000))),
        ]
    };
    join_all((0..RECORDS).map(|position| system.put_item("OrdersTable", item(position)))).await;
    let (mut seen, mut query) = (Vec::new(), Vec::new());
    loop {
        let request = system.request(Method::GET, &["orders", "much"]).query(&query);
        let answer = Answer::to(request).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer = answer.json();
        seen.extend(answer["records"].as_array().unwrap().iter().map(|it| it["receivedAt"].as_i64().unwrap()));
        let Some(next) = answer.get("next") else { break };
        query = vec![("before", next.to_string())];
    }
    assert!(!query.is_empty(), "all in one answer");
    assert_eq!(seen, (0..RECORDS).rev().collect::<Vec<_>>());
}
