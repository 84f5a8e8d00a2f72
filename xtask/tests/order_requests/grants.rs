//! The functions' roles grant nothing that the system works without.

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;

use crate::common::FreshCloud;
use crate::common::grants;
use crate::common::patience::eventually;
use crate::system::System;

const FUNCTIONS: [&str; 2] = ["order-requests-request", "order-requests-processing"];

/// Drives everything that the functions do, and says what failed.
async fn exercise(system: &System) -> Result<(), &'static str> {
    let answer = system.post(json!({ "status": "pending" })).await;
    if answer.status != 202 {
        return Err("a request was not accepted");
    }
    let request_id = answer.json()["request_id"].as_str().unwrap().to_owned();
    let dead = system.output("PendingDlqUrl");
    let is_processed = eventually("the end of a message", async || {
        if system.item(&request_id).await.is_some_and(|item| item.contains_key("processed_at")) {
            return Some(true);
        }
        let messages = system.sqs.receive_message().queue_url(dead).send().await.unwrap().messages;
        messages.is_some_and(|messages| !messages.is_empty()).then_some(false)
    })
    .await;
    system.sqs.purge_queue().queue_url(dead).send().await.unwrap();
    is_processed.then_some(()).ok_or("a request was not processed")
}

pub(crate) async fn no_granted_action_is_needless(cloud: &FreshCloud) {
    let system = System::deploy(cloud, "grants", &[]);
    assert_eq!(exercise(&system).await, Ok(()), "with all grants");
    // A message that fails once goes to the dead-letter queue two seconds later. The functions have started by now, so
    // none that succeeds takes as long.
    let dead = system.attribute("PendingDlqUrl", QueueAttributeName::QueueArn).await;
    let redrive = json!({ "deadLetterTargetArn": dead, "maxReceiveCount": 1 }).to_string();
    system.set(&["PendingQueueUrl"], QueueAttributeName::VisibilityTimeout, "2").await;
    system.set(&["PendingQueueUrl"], QueueAttributeName::RedrivePolicy, &redrive).await;

    let functions = FUNCTIONS.map(|name| system.function(name));
    let count = grants::assert_all_needed(&system.config, &functions, async |_| exercise(&system).await).await;
    assert_eq!(count, 3, "the grants of the two programs");
}
