//! A validator that does not answer.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use testing::{Fault, LocalCloud, Reply, StandIn, eventually, number};

use crate::message::{seconds, sighting};
use crate::system::System;

const STAGE: &str = "outage";
/// The validator's last word on it is still in the cache.
const KNOWN: &str = "Nebulon-B";
const UNKNOWN: &str = "T-65 X-Wing";

pub(crate) async fn a_message_of_an_unknown_verdict_is_retried_and_ends_in_the_dead_letter_queue(cloud: &LocalCloud) {
    let validator = StandIn::answering(Reply::text(200, "valid"));
    validator.fail(Fault::Down);
    let system = System::deploy_with_validator(cloud, STAGE, &validator.url("/validator"));
    let queue = system.output("SightingsQueueUrl");
    system.redeliver_after("SightingsQueueUrl", 1).await;
    let verdict = [("is_valid", AttributeValue::Bool(true)), ("ttl", number(seconds() + 600))];
    system.put_cached("ModelCacheTable", KNOWN, verdict).await;

    let entry = |ship: &str, model: &str| {
        let entry = SendMessageBatchRequestEntry::builder().id(ship).message_group_id(ship);
        entry.message_body(sighting(ship, model).to_string()).build().unwrap()
    };
    let entries = vec![entry("OUT-1", KNOWN), entry("OUT-2", UNKNOWN), entry("OUT-3", KNOWN)];
    let call = system.sqs.send_message_batch().queue_url(queue).set_entries(Some(entries));
    assert_eq!(call.send().await.unwrap().successful.len(), 3);

    for other in ["OUT-1", "OUT-3"] {
        system.wait_for_sightings(other, 1).await;
    }
    let dead =
        eventually("a message is in the dead-letter queue", async || system.drain("SightingsDlqUrl").await.pop()).await;
    assert_eq!(dead.body(), Some(sighting("OUT-2", UNKNOWN).to_string().as_str()));
    let attributes: BTreeMap<_, _> = dead.attributes.unwrap().into_iter().map(|(k, v)| (k.to_string(), v)).collect();
    assert_eq!(attributes["ApproximateReceiveCount"], "4", "three times by the consumer, and now");

    assert_eq!(system.sightings("OUT-2").await, []);
    assert_eq!(system.false_reports("OUT-2").await, [], "an outage says nothing of the model");
    assert_eq!(system.cached("ModelCacheTable", UNKNOWN).await, None);
    for other in ["OUT-1", "OUT-3"] {
        assert_eq!(system.sightings(other).await.len(), 1, "what succeeded is not repeated");
    }

    validator.recover();
    system.send("OUT-2", sighting("OUT-2", UNKNOWN).to_string() + " ").await;
    system.wait_for_sightings("OUT-2", 1).await;
}

pub(crate) async fn a_validator_that_is_wrong_or_slow_is_asked_again(cloud: &LocalCloud) {
    let validator = StandIn::answering(Reply::text(200, "valid"));
    let system = System::deploy_with_validator(cloud, "faults", &validator.url("/validator"));
    // Longer than the consumer waits for the validator.
    system.redeliver_after("SightingsQueueUrl", 4).await;
    for (ship, model, fault) in [
        ("FAULT-1", "Naboo Royal Starship", Fault::Wrong(Reply::text(500, "oops"))),
        ("FAULT-2", "N-1 Starfighter", Fault::Slow(Duration::from_mins(1))),
    ] {
        let asked = validator.received().len();
        validator.fail(fault);
        system.send(ship, sighting(ship, model)).await;
        eventually("the validator is asked", async || validator.received().len() > asked).await;
        assert_eq!(system.sightings(ship).await, []);
        validator.recover();
        system.wait_for_sightings(ship, 1).await;
        assert!(validator.received().len() > asked + 1, "the message was processed again");
    }
}
