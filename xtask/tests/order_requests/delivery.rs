//! What the queues deliver twice, what cannot be processed, and many at once.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use futures::stream::{self, StreamExt};
use serde_json::json;

use crate::common::patience::eventually;
use crate::system::{DLQS, Item, QUEUES, System, integer};

pub(crate) async fn a_redelivered_message_changes_nothing(system: &System) {
    let request_id = system.accepted(&json!({ "status": "approved" })).await;
    let first = system.processed(&request_id).await;
    let message = json!({ "request_id": request_id, "status": "approved" }).to_string();
    for body in [&message, &message] {
        let call = system.sqs.send_message().queue_url(system.output("ApprovedQueueUrl"));
        call.message_body(body).send().await.unwrap();
    }
    // A later message has been processed, and so have these, or they would still be in the queue.
    let later = system.accepted(&json!({ "status": "approved" })).await;
    system.processed(&later).await;
    eventually("an empty queue", async || (system.messages("ApprovedQueueUrl").await == 0).then_some(())).await;
    assert_eq!(system.item(&request_id).await, Some(first));
}

pub(crate) async fn of_a_thousand_inputs_each_ends_in_one_place(system: &System) {
    const REQUESTS: usize = 940;
    const UNKNOWN: usize = 10;
    let statuses = ["pending", "approved", "rejected", "cancelled"];
    system.set(&QUEUES, QueueAttributeName::VisibilityTimeout, "4").await;
    for queue in QUEUES {
        // A message of a request that nobody stored, and one that is no message.
        let entries = (0..2 * UNKNOWN).map(|number| {
            let body = if number % 2 == 0 {
                format!(r#"{{"request_id":"nobody-{number}","status":"pending"}}"#)
            } else {
                "?".to_owned()
            };
            SendMessageBatchRequestEntry::builder().id(number.to_string()).message_body(body).build().unwrap()
        });
        for entries in entries.collect::<Vec<_>>().chunks(10) {
            let call = system.sqs.send_message_batch().queue_url(system.output(queue));
            let sent = call.set_entries(Some(entries.to_vec())).send().await.unwrap();
            assert_eq!(sent.successful.len(), entries.len());
        }
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
    let items = eventually("the processing of all requests", async || {
        let items = crowd().await;
        items.iter().all(|item| item.contains_key("processed_at")).then_some(items)
    })
    .await;
    let mut numbers: Vec<i64> = items.iter().map(|item| integer(item, "crowd")).collect();
    numbers.sort_unstable();
    let accepted = (0..i64::try_from(REQUESTS).unwrap()).filter(|number| number % 4 != 3);
    assert_eq!(numbers, accepted.collect::<Vec<_>>());

    for (queue, dead) in QUEUES.into_iter().zip(DLQS) {
        eventually("what cannot be processed in the dead-letter queue", async || {
            (system.messages(dead).await == 2 * UNKNOWN && system.messages(queue).await == 0).then_some(())
        })
        .await;
    }
}
