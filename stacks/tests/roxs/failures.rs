//! A service that fails between two writes.

use serde_json::json;
use testing::{LocalCloud, eventually, string, text};

use crate::logs::archived;
use crate::picture::png;
use crate::system::System;

pub(crate) async fn what_fails_between_two_writes_is_neither_lost_nor_doubled(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "failures");
    images(&system).await;
    logs(&system).await;
    notifications(&system).await;
}

/// The renditions are written, and the item is not.
async fn images(system: &System) {
    let function = "roxs-image-processor";
    system.deny(function, "dynamodb:PutItem").await;
    system.upload("second.png", png()).await;
    let given_up = system.wait_for_message(system.output("EventsDlqUrl"), "second.png").await;
    assert!(given_up.body().unwrap().contains(&system.function(function)));
    assert_eq!(system.items("ImageTable").await, []);
    assert_eq!(system.keys("ProcessedBucket", "second.png").await.len(), 1);

    let failed = system.try_invoke(function, &json!({ "key": "second.png" })).await.unwrap_err();
    assert!(failed.starts_with("internal error; the logs of request `"), "{failed}");
    system.allow(function).await;
    assert_eq!(system.invoke(function, &json!({ "key": "second.png" })).await.0, 200);
    assert_eq!(system.items_with("ImageTable", "Status", "completed").await.len(), 1);
    assert_eq!(system.keys("ProcessedBucket", "second.png").await.len(), 1);
    assert_eq!(system.keys("ThumbnailsBucket", "second.png").await.len(), 1);
}

/// The archive is written, and the index is not; then neither is.
async fn logs(system: &System) {
    let function = "roxs-log-processor";
    let batch = json!({ "batch_id": "second", "logs": [{ "message": "a" }, { "message": "b" }] });
    system.deny(function, "dynamodb:PutItem").await;
    system.try_invoke(function, &batch).await.unwrap_err();
    assert_eq!(archived(system, "second").await.len(), 2);
    assert_eq!(system.items("LogTable").await, []);
    system.allow(function).await;
    assert_eq!(system.invoke(function, &batch).await.0, 200);
    assert_eq!(system.items_with("LogTable", "BatchId", "second").await.len(), 2);
    assert_eq!(archived(system, "second").await.len(), 2);

    system.deny(function, "s3:PutObject").await;
    let lost = json!({ "batch_id": "first", "message": "nobody waits for the answer" });
    system.invoke_later(function, &lost).await;
    system.wait_for_message(system.output("EventsDlqUrl"), "nobody waits for the answer").await;
    assert_eq!(system.items_with("LogTable", "BatchId", "first").await, []);
    system.allow(function).await;
}

/// The history says that a notification is on its way, and the topic does not take it.
async fn notifications(system: &System) {
    let function = "roxs-notification-processor";
    let subscriber = system.subscriber("roxs-test-failures").await;
    system.deliver_again_after(3).await;
    system.deny(function, "sns:Publish").await;
    system.send(json!({ "title": "Twice" })).await;
    let failed = system.wait_for("NotificationTable", "Status", "error").await;
    assert_eq!((&failed["Title"], &failed["ErrorMessage"]), (&text("Twice"), &text("the topic did not take it")));
    system.allow(function).await;
    let sent = eventually("the notification is sent", async || {
        system.items_with("NotificationTable", "Status", "sent").await.into_iter().next()
    })
    .await;
    assert_eq!(string(&sent, "NotificationId"), string(&failed, "NotificationId"));
    assert_eq!(system.items("NotificationTable").await.len(), 1);
    assert_eq!(system.drain(&subscriber).await.len(), 1);
}
