//! A service that fails between two writes.

use aws_sdk_iam::Client as Iam;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::json;

use crate::common::FreshCloud;
use crate::common::patience::eventually;
use crate::logs::archived;
use crate::picture::png;
use crate::system::{System, string, text};

/// Lets a function fail at `action`, as if the service were down.
async fn refuse(system: &System, iam: &Iam, function: &str, action: &str) {
    let policy =
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": action, "Resource": "*" }] });
    let call = iam.put_role_policy().role_name(role(system, function).await).policy_name("outage");
    call.policy_document(policy.to_string()).send().await.unwrap();
}

async fn allow(system: &System, iam: &Iam, function: &str) {
    let call = iam.delete_role_policy().role_name(role(system, function).await).policy_name("outage");
    call.send().await.unwrap();
}

async fn role(system: &System, function: &str) -> String {
    let call = system.lambda.get_function_configuration().function_name(system.function(function));
    call.send().await.unwrap().role.unwrap().rsplit('/').next().unwrap().to_owned()
}

pub(crate) async fn what_fails_between_two_writes_is_neither_lost_nor_doubled(cloud: &FreshCloud) {
    let system = System::deploy(cloud, "failures");
    let iam = Iam::new(&system.config);
    images(&system, &iam).await;
    logs(&system, &iam).await;
    notifications(&system, &iam).await;
}

/// The renditions are written, and the item is not.
async fn images(system: &System, iam: &Iam) {
    let function = "roxs-image-processor";
    refuse(system, iam, function, "dynamodb:PutItem").await;
    system.upload("second.png", png()).await;
    let given_up = system.wait_for_message(system.output("EventsDlqUrl"), "second.png").await;
    assert!(given_up.body().unwrap().contains(&system.function(function)));
    assert_eq!(system.items("ImageTable").await, []);
    assert_eq!(system.keys("ProcessedBucket", "second.png").await.len(), 1);

    let failed = system.try_invoke(function, &json!({ "key": "second.png" })).await.unwrap_err();
    assert!(failed.starts_with("internal error; the logs of request `"), "{failed}");
    allow(system, iam, function).await;
    assert_eq!(system.invoke(function, &json!({ "key": "second.png" })).await.0, 200);
    assert_eq!(system.items_with("ImageTable", "Status", "completed").await.len(), 1);
    assert_eq!(system.keys("ProcessedBucket", "second.png").await.len(), 1);
    assert_eq!(system.keys("ThumbnailsBucket", "second.png").await.len(), 1);
}

/// The archive is written, and the index is not; then neither is.
async fn logs(system: &System, iam: &Iam) {
    let function = "roxs-log-processor";
    let batch = json!({ "batch_id": "second", "logs": [{ "message": "a" }, { "message": "b" }] });
    refuse(system, iam, function, "dynamodb:PutItem").await;
    system.try_invoke(function, &batch).await.unwrap_err();
    assert_eq!(archived(system, "second").await.len(), 2);
    assert_eq!(system.items("LogTable").await, []);
    allow(system, iam, function).await;
    assert_eq!(system.invoke(function, &batch).await.0, 200);
    assert_eq!(system.items_with("LogTable", "BatchId", "second").await.len(), 2);
    assert_eq!(archived(system, "second").await.len(), 2);

    refuse(system, iam, function, "s3:PutObject").await;
    let lost = json!({ "batch_id": "first", "message": "nobody waits for the answer" });
    let call = system.lambda.invoke().function_name(system.function(function)).payload(Blob::new(lost.to_string()));
    call.invocation_type(InvocationType::Event).send().await.unwrap();
    system.wait_for_message(system.output("EventsDlqUrl"), "nobody waits for the answer").await;
    assert_eq!(system.items_with("LogTable", "BatchId", "first").await, []);
    allow(system, iam, function).await;
}

/// The history says that a notification is on its way, and the topic does not take it.
async fn notifications(system: &System, iam: &Iam) {
    let function = "roxs-notification-processor";
    let subscriber = system.subscriber("roxs-test-failures").await;
    system.deliver_again_after(3).await;
    refuse(system, iam, function, "sns:Publish").await;
    system.send(json!({ "title": "Twice" })).await;
    let failed = system.wait_for("NotificationTable", "Status", "error").await;
    assert_eq!((&failed["Title"], &failed["ErrorMessage"]), (&text("Twice"), &text("the topic did not take it")));
    allow(system, iam, function).await;
    let sent = eventually("a sent notification", async || {
        system.items_with("NotificationTable", "Status", "sent").await.into_iter().next()
    })
    .await;
    assert_eq!(string(&sent, "NotificationId"), string(&failed, "NotificationId"));
    assert_eq!(system.items("NotificationTable").await.len(), 1);
    assert_eq!(system.drain(&subscriber).await.len(), 1);
}
