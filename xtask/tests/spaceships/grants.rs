//! The functions' roles grant nothing that the system works without.

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;

use crate::common::{FreshCloud, grants};
use crate::message::{sighting, text};
use crate::patience::eventually;
use crate::system::System;

const MODEL: &str = "TIE/sa Bomber";
const FUNCTIONS: [&str; 3] = ["spaceships-consumer", "spaceships-calculator", "spaceships-counts"];

/// Where a message went.
async fn is_kept(system: &System, kept: impl AsyncFn() -> bool) -> bool {
    eventually("the end of a message", async || {
        if kept().await {
            return Some(true);
        }
        let receive = system.sqs.receive_message().queue_url(system.output("SightingsDlqUrl"));
        let dead = receive.send().await.unwrap().messages;
        dead.is_some_and(|messages| !messages.is_empty()).then_some(false)
    })
    .await
}

/// Drives everything that the functions do, and says what failed.
pub(crate) async fn exercise(system: &System, round: usize) -> Result<(), &'static str> {
    let ship = format!("GRANT-{round}");
    for (cache, key) in [("ModelCacheTable", MODEL), ("StatsCacheTable", &format!("model:{MODEL}"))] {
        let call = system.dynamodb.delete_item().table_name(system.output(cache)).key("cache_key", text(key));
        call.send().await.unwrap();
    }
    system.send(&ship, sighting(&ship, MODEL)).await;
    if !is_kept(system, async || !system.sightings(&ship).await.is_empty()).await {
        return Err("a sighting was not kept");
    }
    let id = system.send(&ship, format!("unreadable in round {round}")).await;
    if !is_kept(system, async || !system.false_reports(&id).await.is_empty()).await {
        return Err("a false report was not kept");
    }
    for name in [("spaceship_id", ship.as_str()), ("model", MODEL)] {
        if system.get("/counts", &[name]).await.status != 200 {
            return Err("counts gave no answer");
        }
    }
    Ok(())
}

pub(crate) async fn no_granted_action_is_needless(cloud: &FreshCloud) {
    let system = System::deploy(cloud, "grants", &[]);
    let (queue, dead) = (system.output("SightingsQueueUrl"), system.output("SightingsDlqUrl"));
    let dead_arn = QueueAttributeName::QueueArn;
    let call = system.sqs.get_queue_attributes().queue_url(dead).attribute_names(dead_arn.clone());
    let dead_arn = call.send().await.unwrap().attributes.unwrap().remove(&dead_arn).unwrap();
    let redrive = json!({ "deadLetterTargetArn": dead_arn, "maxReceiveCount": 1 }).to_string();
    let functions = FUNCTIONS.map(|name| system.function(name));
    let rounds = grants::assert_all_needed(&system.config, &functions, async |round| {
        if round == 1 {
            // A message that fails once goes to the dead-letter queue two seconds later. The functions have started by
            // now, so none that succeeds takes as long.
            let call = system.sqs.set_queue_attributes().queue_url(queue);
            let call = call.attributes(QueueAttributeName::VisibilityTimeout, "2");
            call.attributes(QueueAttributeName::RedrivePolicy, &redrive).send().await.unwrap();
        }
        system.sqs.purge_queue().queue_url(dead).send().await.unwrap();
        exercise(&system, round).await
    })
    .await;
    assert_eq!(rounds, 9, "the grants of the three programs");
}
