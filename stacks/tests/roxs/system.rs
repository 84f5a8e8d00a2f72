//! A deployed copy of the system, with what its users have: buckets, functions, an API and a queue, and tables to look
//! into.

use std::ops::Deref;

use aws_sdk_sqs::types::{Message, QueueAttributeName};
use reqwest::Method;
use serde_json::{Value, json};
use testing::{Answer, Deployment, Item, LocalCloud, eventually, text};

const QUEUE: &str = "NotificationsQueueUrl";

/// A stage of the stack.
pub(crate) struct System(Deployment);

impl Deref for System {
    type Target = Deployment;

    fn deref(&self) -> &Deployment {
        &self.0
    }
}

impl System {
    pub(crate) fn deploy(cloud: &LocalCloud, stage: &str) -> Self {
        Self(cloud.system("roxs").stage(stage).deploy())
    }

    /// The status and the body of a function's answer.
    pub(crate) async fn invoke(&self, function: &str, payload: &Value) -> (i64, Value) {
        let answer = self.0.invoke(function, payload).await;
        let body = answer["body"].as_str().unwrap_or_else(|| panic!("{answer}"));
        (answer["statusCode"].as_i64().unwrap(), serde_json::from_str(body).unwrap())
    }

    /// Puts an object into the bucket of originals.
    pub(crate) async fn upload(&self, key: &str, content: impl Into<Vec<u8>>) {
        self.put_object_as("OriginalBucket", key, "image/png", content).await;
    }

    /// The keys of the objects of a bucket, named by its output, that contain `part`.
    pub(crate) async fn keys(&self, bucket: &str, part: &str) -> Vec<String> {
        self.0.keys(bucket, "").await.into_iter().filter(|key| key.contains(part)).collect()
    }

    /// The items of a table whose attribute has this text.
    pub(crate) async fn items_with(&self, table: &str, attribute: &str, value: &str) -> Vec<Item> {
        self.0.items_with(table, attribute, &text(value)).await
    }

    /// The first item of a table whose attribute has this text, when it is there.
    pub(crate) async fn wait_for(&self, table: &str, attribute: &str, value: &str) -> Item {
        eventually(&format!("an item has `{value}`"), async || {
            self.items_with(table, attribute, value).await.into_iter().next()
        })
        .await
    }

    /// Sends `body` to the queue of notifications, and returns the message's id.
    pub(crate) async fn send(&self, body: impl ToString) -> String {
        self.0.send(QUEUE, body).await
    }

    /// Has the queue of notifications deliver again after `seconds`.
    pub(crate) async fn deliver_again_after(&self, seconds: u32) {
        self.redeliver_after(QUEUE, seconds).await;
    }

    /// Takes the messages out of a queue whose body contains `part`, when there is one.
    pub(crate) async fn wait_for_message(&self, queue_url: &str, part: &str) -> Message {
        eventually(&format!("a message has `{part}`"), async || {
            self.drain(queue_url).await.into_iter().find(|message| message.body().unwrap().contains(part))
        })
        .await
    }

    /// A queue that gets what is published, and nothing else: its URL.
    pub(crate) async fn subscriber(&self, name: &str) -> String {
        let (topic, name) = (self.output("NotificationsTopicArn"), format!("{name}-{}", self.stage));
        let url = self.sqs.create_queue().queue_name(&name).send().await.unwrap().queue_url.unwrap();
        let arn = topic.replace(":sns:", ":sqs:");
        let arn = format!("{}:{}", arn.rsplit_once(':').unwrap().0, name);
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "sns.amazonaws.com" }, "Action": "sqs:SendMessage",
            "Resource": arn, "Condition": { "ArnEquals": { "aws:SourceArn": topic } },
        }] });
        self.set_queue_attribute(&url, QueueAttributeName::Policy, policy.to_string()).await;
        let sns = aws_sdk_sns::Client::new(&self.config);
        let call = sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(&arn);
        call.attributes("RawMessageDelivery", "false").send().await.unwrap();
        url
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.0.get("ApiUrl", path).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl ToString) -> Answer {
        self.0.post("ApiUrl", path, body).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.0.request(method, "ApiUrl", path)
    }
}
