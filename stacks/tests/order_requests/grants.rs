//! The functions' roles grant nothing that the system works without.

use serde_json::json;
use testing::{LocalCloud, eventually};

use crate::system::System;

/// Drives everything that the functions do, and says what failed.
pub(crate) async fn exercise(system: &System) -> Result<(), &'static str> {
    let answer = system.post(json!({ "status": "pending" })).await;
    if answer.status != 202 {
        return Err("a request was not accepted");
    }
    let request_id = answer.json()["request_id"].as_str().unwrap().to_owned();
    let is_processed = eventually("a request is processed or given up", async || {
        if system.item(&request_id).await.is_some_and(|item| item.contains_key("processed_at")) {
            return Some(true);
        }
        (!system.drain("PendingDlqUrl").await.is_empty()).then_some(false)
    })
    .await;
    is_processed.then_some(()).ok_or("a request was not processed")
}

pub(crate) async fn no_granted_action_is_needless(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "grants", &[]);
    assert_eq!(exercise(&system).await, Ok(()), "with all grants");
    // A message that fails once goes to the dead-letter queue two seconds later. The functions have started by now, so
    // none that succeeds takes as long.
    system.give_up_after("PendingQueueUrl", "PendingDlqUrl", 1, 2).await;
    let count = testing::no_granted_action_is_needless(&system, async |_| exercise(&system).await).await;
    assert_eq!(count, 3, "the grants of the two programs");
}
