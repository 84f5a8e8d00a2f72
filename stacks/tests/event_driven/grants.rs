//! The functions' roles grant nothing that the system works without; and what is destroyed is gone.

use testing::{LocalCloud, eventually, text};

use crate::picture::png;
use crate::system::System;

const QUEUES: [(&str, &str); 3] =
    [("ImagesQueueUrl", "ImagesDlqUrl"), ("AuditQueueUrl", "AuditDlqUrl"), ("ApiQueueUrl", "ApiDlqUrl")];

/// Waits until `kept` says how it went, or a message is in the dead-letter queue that the output names.
async fn ends(system: &System, dead: &str, kept: impl AsyncFn() -> Option<bool>) -> bool {
    eventually("a message is kept or given up", async || {
        if let Some(is_well) = kept().await {
            return Some(is_well);
        }
        (!system.drain(dead).await.is_empty()).then_some(false)
    })
    .await
}

/// Drives everything that the functions do, and says what failed.
async fn exercise(system: &System, round: usize) -> Result<(), &'static str> {
    let key = format!("grant-{round}.png");
    system.upload(&key, png()).await;
    let id = system.send("ApiQueueUrl", "{}").await;
    let is_ok = async || Some(system.images(&key).await.first()?["status"] == text("ok"));
    if !ends(system, "ImagesDlqUrl", is_ok).await {
        return Err("an image was not kept");
    }
    if !ends(system, "AuditDlqUrl", async || system.audited(&key).await.first().map(|_| true)).await {
        return Err("an event was not kept");
    }
    if !ends(system, "ApiDlqUrl", async || system.message(&id).await.map(|_| true)).await {
        return Err("a message was not kept");
    }
    Ok(())
}

pub(crate) async fn no_granted_action_is_needless_and_nothing_is_left_at_the_end(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "grants");
    let rounds = testing::no_granted_action_is_needless(&system, async |round| {
        if round == 1 {
            // A message that fails once goes to the dead-letter queue two seconds later. The functions have started by
            // now, so none that succeeds takes as long.
            for (queue, dead) in QUEUES {
                system.give_up_after(queue, dead, 1, 2).await;
            }
        }
        exercise(&system, round).await
    })
    .await;
    assert_eq!(rounds, 4, "the grants of the three programs");

    system.destroy();
    assert!(system.s3.head_bucket().bucket(system.output("S3BucketName")).send().await.is_err());
    for (queue, dead) in QUEUES {
        for queue in [queue, dead] {
            let call = system.sqs.get_queue_attributes().queue_url(system.output(queue));
            assert!(call.send().await.is_err(), "{queue} is left");
        }
    }
    for table in ["ImagesTable", "AuditTable", "MessagesTable"] {
        assert!(system.dynamodb.describe_table().table_name(system.output(table)).send().await.is_err(), "{table}");
    }
    for function in system.functions() {
        assert!(system.lambda.get_function_configuration().function_name(&function).send().await.is_err());
    }
}
