//! A topic that takes nothing.

use aws_sdk_sns::Client as Sns;
use serde_json::json;
use testing::LocalCloud;

use crate::system::{QUEUES, System};

pub(crate) async fn a_request_that_was_stored_and_not_published_is_completed_by_asking_again(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "outage", &[]);
    let (sns, topic) = (Sns::new(&system.config), system.output("TopicArn"));
    let attributes = sns.get_topic_attributes().topic_arn(topic).send().await.unwrap().attributes.unwrap();
    let set_policy = async |policy: &str| {
        let call = sns.set_topic_attributes().topic_arn(topic).attribute_name("Policy").attribute_value(policy);
        call.send().await.unwrap();
    };
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": topic });
    set_policy(&json!({ "Version": "2012-10-17", "Statement": [deny] }).to_string()).await;

    let body = json!({ "status": "rejected", "customer_id": "patient", "secret": "hush" });
    let failed = system.post(&body).await;
    assert_eq!((failed.status, failed.json()["message"].as_str()), (500, Some("internal error")), "{failed:?}");
    assert!(!failed.body.contains("sns") && !failed.body.contains("hush"), "{failed:?}");
    let request_id = failed.json()["request_id"].as_str().unwrap().to_owned();
    let stored = system.item(&request_id).await.unwrap();
    assert!(!stored.contains_key("processed_at"));
    for queue in QUEUES {
        assert_eq!(system.messages(queue).await, 0, "nothing was published");
    }

    set_policy(&attributes["Policy"]).await;
    let mut again = body.clone();
    again["request_id"] = json!(request_id);
    assert_eq!(system.accepted(&again).await, request_id);
    let processed = system.processed(&request_id).await;
    assert!(
        stored.iter().all(|(name, value)| processed.get(name) == Some(value)),
        "{stored:?} is not in {processed:?}"
    );
    assert_eq!(system.accepted(&again).await, request_id);
    assert_eq!(system.item(&request_id).await, Some(processed));
    assert_eq!(system.items().await.len(), 1);
}
