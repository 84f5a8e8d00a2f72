//! What the queues deliver twice, what cannot be processed, and many at once.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt};
use serde_json::json;
use testing::{Item, eventually, eventually_that, integer};

use crate::system::{DLQS, QUEUES, System};

pub(crate) async fn a_redelivered_message_changes_nothing(system: &System) {
    let request_id = system.accepted(&json!({ "status": "approved" })).await;
    let first = system.processed(&request_id).await;
    let message = json!({ "request_id": request_id, "status": "approved" }).to_string();
    for body in [&message, &message] {
        system.send("ApprovedQueueUrl", body).await;
    }
    // A later message has been processed, and so have these, or they would still be in the queue.
    let later = system.accepted(&json!({ "status": "approved" })).await;
    system.processed(&later).await;
    let left = async || system.messages("ApprovedQueueUrl").await;
    eventually_that("the queue is empty", left, |left| *left == 0).await;
    assert_eq!(system.item(&request_id).await, Some(first));
}

pub(crate) async fn of_a_thousand_inputs_each_ends_in_one_place(system: &System) {
    const REQUESTS: usize = 940;
    const UNKNOWN: usize = 10;
    let statuses = ["pending", "approved", "rejected", "cancelled"];
    for queue in QUEUES {
        system.redeliver_after(queue, 4).await;
        // A message of a request that nobody stored, and one that is no message.
        let bodies = (0..2 * UNKNOWN).map(|number| {
            if number % 2 == 0 {
                format!(r#"{{"request_id":"nobody-{number}","status":"pending"}}"#)
            } else {
                "?".to_owned()
            }
        });
        assert_eq!(system.send_all(queue, bodies).await.len(), 2 * UNKNOWN);
    }
    let answers: BTreeMap<u16, usize> = stream::iter(0..REQUESTS)
        .map(async |number| {
            let status = statuses[number % statuses.len()];
            system.post(json!({ "status": status, "crowd": number })).await.status
        })
        .buffer_unordered(8)
        .fold(BTreeMap::new(), async |mut counts, status| {
            *counts.entry(status).or_default() += 1;
            counts
        })
        .await;
    assert_eq!(answers, BTreeMap::from([(202, REQUESTS / 4 * 3), (400, REQUESTS / 4)]));

    let crowd = async || -> Vec<Item> {
        let items = system.items().await;
        items.into_iter().filter(|item| item.contains_key("crowd")).collect()
    };
    let items = eventually("all requests are processed", async || {
        let items = crowd().await;
        items.iter().all(|item| item.contains_key("processed_at")).then_some(items)
    })
    .await;
    let mut numbers: Vec<i64> = items.iter().map(|item| integer(item, "crowd")).collect();
    numbers.sort_unstable();
    let accepted = (0..i64::try_from(REQUESTS).unwrap()).filter(|number| number % 4 != 3);
    assert_eq!(numbers, accepted.collect::<Vec<_>>());

    for (queue, dead) in QUEUES.into_iter().zip(DLQS) {
        let left = async || (system.messages(queue).await, system.messages(dead).await);
        let what = "what cannot be processed is in the dead-letter queue";
        eventually_that(what, left, |left| *left == (0, 2 * UNKNOWN)).await;
    }
}
