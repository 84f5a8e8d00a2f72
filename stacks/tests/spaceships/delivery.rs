//! What the queue delivers twice, and what it delivers at once.

use std::collections::BTreeSet;

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use futures::future::join_all;
use serde_json::json;
use testing::integer;

use crate::message::sighting;
use crate::system::System;

pub(crate) async fn the_same_message_twice_is_one_sighting(system: &System) {
    let (ship, model) = ("TWICE-1", "Nebulon-B");
    let first = system.send(ship, sighting(ship, model)).await;
    let second = system.send(ship, sighting(ship, model)).await;
    assert_eq!(first, second, "the queue takes the second for the first");
    let mut other = sighting(ship, model);
    other["quadrant"] = json!("Beta");
    system.send(ship, other).await;
    // The group keeps its order: what was sent between the two would be here by now.
    assert_eq!(system.wait_for_sightings(ship, 2).await.len(), 2);
    assert_eq!(system.count("/calculate", ("spaceship_id", ship)).await, 2);
}

pub(crate) async fn sightings_of_one_millisecond_are_all_kept(system: &System) {
    const BATCHES: usize = 6;
    const MESSAGES: usize = 10;
    let (ship, model) = ("FLEET-1", "MC80A");
    let entry = |number: usize| {
        let mut message = sighting(ship, model);
        message["coordinates"]["x"] = json!(number);
        let entry = SendMessageBatchRequestEntry::builder().id(number.to_string()).message_body(message.to_string());
        // In groups of their own they are processed at the same time, too.
        entry.message_group_id(format!("{ship}-{}", number % 3)).build().unwrap()
    };
    let batches = (0..BATCHES).map(|batch| {
        let entries = (batch * MESSAGES..(batch + 1) * MESSAGES).map(entry).collect();
        let call = system.sqs.send_message_batch().queue_url(system.output("SightingsQueueUrl"));
        call.set_entries(Some(entries)).send()
    });
    for sent in join_all(batches).await {
        assert_eq!(sent.unwrap().successful.len(), MESSAGES);
    }

    let kept = system.wait_for_sightings(ship, BATCHES * MESSAGES).await;
    let numbers: BTreeSet<_> =
        kept.iter().map(|item| item["coordinates"].as_m().unwrap()["x"].as_n().unwrap().clone()).collect();
    assert_eq!(numbers, (0..BATCHES * MESSAGES).map(|number| number.to_string()).collect());
    let timestamps: BTreeSet<_> = kept.iter().map(|item| integer(item, "timestamp")).collect();
    assert_eq!(timestamps.len(), kept.len());
    for name in [("spaceship_id", ship), ("model", model)] {
        assert_eq!(system.count("/calculate", name).await, (BATCHES * MESSAGES) as u64);
    }
}
