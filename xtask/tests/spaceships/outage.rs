//! A validator that does not answer.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};

use crate::common::FreshCloud;
use crate::message::{number, seconds, sighting};
use crate::patience::eventually;
use crate::system::System;

const STAGE: &str = "outage";
/// The validator's last word on it is still in the cache.
const KNOWN: &str = "Nebulon-B";
const UNKNOWN: &str = "T-65 X-Wing";

pub(crate) async fn a_message_of_an_unknown_verdict_is_retried_and_ends_in_the_dead_letter_queue(cloud: &FreshCloud) {
    // Nothing listens on port 1.
    let system = System::deploy(cloud, STAGE, &["ModelValidatorUrl=http://127.0.0.1:1/validator"]);
    let queue = system.output("SightingsQueueUrl");
    let impatient = system.sqs.set_queue_attributes().queue_url(queue);
    impatient.attributes(QueueAttributeName::VisibilityTimeout, "1").send().await.unwrap();
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
    let dead = eventually("a message in the dead-letter queue", async || {
        let receive = system.sqs.receive_message().queue_url(system.output("SightingsDlqUrl"));
        let receive = receive.message_system_attribute_names("ApproximateReceiveCount".into());
        receive.send().await.unwrap().messages?.pop()
    })
    .await;
    assert_eq!(dead.body(), Some(sighting("OUT-2", UNKNOWN).to_string().as_str()));
    let attributes: BTreeMap<_, _> = dead.attributes.unwrap().into_iter().map(|(k, v)| (k.to_string(), v)).collect();
    assert_eq!(attributes["ApproximateReceiveCount"], "4", "three times by the consumer, and now");

    assert_eq!(system.sightings("OUT-2").await, []);
    assert_eq!(system.false_reports("OUT-2").await, [], "an outage says nothing of the model");
    assert_eq!(system.cached("ModelCacheTable", UNKNOWN).await, None);
    for other in ["OUT-1", "OUT-3"] {
        assert_eq!(system.sightings(other).await.len(), 1, "what succeeded is not repeated");
    }

    let validator = format!("ModelValidatorUrl=http://127.0.0.1:{}/spaceships/models/validator", cloud.port + 1);
    let system = System::deploy(cloud, STAGE, &[&validator]);
    system.send("OUT-2", sighting("OUT-2", UNKNOWN).to_string() + " ").await;
    system.wait_for_sightings("OUT-2", 1).await;
}
