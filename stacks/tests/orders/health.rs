//! What health says when something is wrong.

use percent_encoding::percent_decode_str;
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, LocalCloud};

use crate::system::System;

const CHECKS: [(&str, &str); 3] =
    [("table", "dynamodb:DescribeTable"), ("bucket", "s3:ListBucket"), ("queue", "sqs:GetQueueAttributes")];

async fn health(system: &System) -> Answer {
    Answer::to(system.request(Method::GET, &["health"])).await
}

/// Fails the test unless health says that all but `failed` answer, and no more.
async fn assert_failed(system: &System, failed: &[&str]) {
    let answer = health(system).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    answer.assert_open_to_web_pages();
    let mut body = answer.json();
    assert!(body["request_id"].take().is_string(), "{answer:?}");
    let word = |check: &str| if failed.contains(&check) { "failed" } else { "ok" };
    let checks = json!({ "table": word("table"), "bucket": word("bucket"), "queue": word("queue") });
    assert_eq!(body, json!({ "status": "unavailable", "checks": checks, "request_id": null }));
}

pub(crate) async fn what_is_not_there_or_not_allowed_is_said(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "health");
    assert_eq!(health(&system).await.status, 200);

    let (iam, role) = (&system.iam, system.role("orders-health").await);
    let read = iam.get_role_policy().role_name(&role).policy_name("function").send().await.unwrap();
    let granted: Value =
        serde_json::from_str(&percent_decode_str(&read.policy_document).decode_utf8().unwrap()).unwrap();
    let put = async |document: &Value| {
        let call = iam.put_role_policy().role_name(&role).policy_name("function");
        call.policy_document(document.to_string()).send().await.unwrap();
    };
    for (check, action) in CHECKS {
        let mut without = granted.clone();
        let statements = without["Statement"].as_array_mut().unwrap();
        let before = statements.len();
        statements.retain(|statement| !statement["Action"].to_string().contains(action));
        assert_eq!(statements.len(), before - 1, "{action}");
        put(&without).await;
        assert_failed(&system, &[check]).await;
    }
    put(&granted).await;
    assert_eq!(health(&system).await.status, 200);

    system.sqs.delete_queue().queue_url(system.output("OrdersQueueUrl")).send().await.unwrap();
    assert_failed(&system, &["queue"]).await;
    system.s3.delete_bucket().bucket(system.output("OrdersBucket")).send().await.unwrap();
    assert_failed(&system, &["bucket", "queue"]).await;
    system.dynamodb.delete_table().table_name(system.output("OrdersTable")).send().await.unwrap();
    assert_failed(&system, &["table", "bucket", "queue"]).await;
}
