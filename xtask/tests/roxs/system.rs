//! A deployed copy of the system, with what its users have: buckets, functions, an API and a queue, and tables to look
//! into.

use std::collections::BTreeMap;
use std::ops::Deref;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::patience::eventually;
use crate::common::{Answer, Deployment, FreshCloud};

/// An item of a table, in the order of its names.
pub(crate) type Item = BTreeMap<String, AttributeValue>;

/// A stage of the stack.
pub(crate) struct System(Deployment);

impl Deref for System {
    type Target = Deployment;

    fn deref(&self) -> &Deployment {
        &self.0
    }
}

impl System {
    pub(crate) fn deploy(cloud: &FreshCloud, stage: &str) -> Self {
        Self(Deployment::of(cloud, "roxs", stage, &[]))
    }

    /// Invokes a function and returns what it says, or how it failed.
    pub(crate) async fn try_invoke(&self, function: &str, payload: &Value) -> Result<Value, String> {
        let call = self.lambda.invoke().function_name(self.function(function));
        let answer = call.payload(Blob::new(payload.to_string())).send().await.unwrap();
        let payload = serde_json::from_slice(answer.payload.unwrap().as_ref()).unwrap();
        match answer.function_error {
            None => Ok(payload),
            Some(_) => Err(payload["errorMessage"].as_str().unwrap_or_default().to_owned()),
        }
    }

    /// The status and the body of a function's answer.
    pub(crate) async fn invoke(&self, function: &str, payload: &Value) -> (i64, Value) {
        let answer = self.try_invoke(function, payload).await.unwrap();
        let body = answer["body"].as_str().unwrap_or_else(|| panic!("{answer}"));
        (answer["statusCode"].as_i64().unwrap(), serde_json::from_str(body).unwrap())
    }

    /// Puts an object into the bucket of originals.
    pub(crate) async fn upload(&self, key: &str, content: impl Into<Vec<u8>>) {
        let call = self.s3.put_object().bucket(self.output("OriginalBucket")).key(key);
        call.content_type("image/png").body(content.into().into()).send().await.unwrap();
    }

    /// The keys of the objects of a bucket, named by its output, that contain `part`.
    pub(crate) async fn keys(&self, bucket: &str, part: &str) -> Vec<String> {
        let call = self.s3.list_objects_v2().bucket(self.output(bucket)).into_paginator().send();
        let pages = call.collect::<Result<Vec<_>, _>>().await.unwrap();
        let keys = pages.iter().flat_map(ListObjectsV2Output::contents).map(|object| object.key().unwrap().to_owned());
        keys.filter(|key| key.contains(part)).collect()
    }

    /// The bytes of an object of a bucket, named by its output, and its media type.
    pub(crate) async fn object(&self, bucket: &str, key: &str) -> (Vec<u8>, String) {
        let object = self.s3.get_object().bucket(self.output(bucket)).key(key).send().await.unwrap();
        let content_type = object.content_type().unwrap().to_owned();
        (object.body.collect().await.unwrap().to_vec(), content_type)
    }

    /// Every item of the table that the output names.
    pub(crate) async fn items(&self, table: &str) -> Vec<Item> {
        let scan = self.dynamodb.scan().table_name(self.output(table)).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
        items.into_iter().map(|item| item.into_iter().collect()).collect()
    }

    /// The items of a table whose attribute has this text.
    pub(crate) async fn items_with(&self, table: &str, attribute: &str, value: &str) -> Vec<Item> {
        let items = self.items(table).await;
        items.into_iter().filter(|item| item.get(attribute) == Some(&text(value))).collect()
    }

    /// The first item of a table whose attribute has this text, when it is there.
    pub(crate) async fn wait_for(&self, table: &str, attribute: &str, value: &str) -> Item {
        eventually(&format!("an item with `{value}`"), async || {
            self.items_with(table, attribute, value).await.into_iter().next()
        })
        .await
    }

    /// Sends `body` to the queue of notifications, and returns the message's id.
    pub(crate) async fn send(&self, body: impl ToString) -> String {
        let call = self.sqs.send_message().queue_url(self.output("NotificationsQueueUrl"));
        call.message_body(body.to_string()).send().await.unwrap().message_id.unwrap()
    }

    /// Has the queue of notifications deliver again after `seconds`.
    pub(crate) async fn deliver_again_after(&self, seconds: u32) {
        let call = self.sqs.set_queue_attributes().queue_url(self.output("NotificationsQueueUrl"));
        call.attributes(QueueAttributeName::VisibilityTimeout, seconds.to_string()).send().await.unwrap();
    }

    /// Takes every message out of a queue.
    pub(crate) async fn drain(&self, queue_url: &str) -> Vec<Message> {
        let mut drained = Vec::new();
        loop {
            let call = self.sqs.receive_message().queue_url(queue_url).max_number_of_messages(10);
            let messages = call.send().await.unwrap().messages.unwrap_or_default();
            if messages.is_empty() {
                return drained;
            }
            for message in &messages {
                let call = self.sqs.delete_message().queue_url(queue_url);
                call.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
            }
            drained.extend(messages);
        }
    }

    /// Takes the messages out of a queue whose body contains `part`, when there is one.
    pub(crate) async fn wait_for_message(&self, queue_url: &str, part: &str) -> Message {
        eventually(&format!("a message with `{part}`"), async || {
            self.drain(queue_url).await.into_iter().find(|message| message.body().unwrap().contains(part))
        })
        .await
    }

    /// A queue that gets what is published, and nothing else: its URL.
    pub(crate) async fn subscriber(&self, name: &str) -> String {
        let topic = self.output("NotificationsTopicArn");
        let url = self.sqs.create_queue().queue_name(self.function(name)).send().await.unwrap().queue_url.unwrap();
        let arn = topic.replace(":sns:", ":sqs:");
        let arn = format!("{}:{}", arn.rsplit_once(':').unwrap().0, self.function(name));
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "sns.amazonaws.com" }, "Action": "sqs:SendMessage",
            "Resource": arn, "Condition": { "ArnEquals": { "aws:SourceArn": topic } },
        }] });
        let call = self.sqs.set_queue_attributes().queue_url(&url);
        call.attributes(QueueAttributeName::Policy, policy.to_string()).send().await.unwrap();
        let sns = aws_sdk_sns::Client::new(&self.config);
        let call = sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(&arn);
        call.attributes("RawMessageDelivery", "false").send().await.unwrap();
        url
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl ToString) -> Answer {
        let request = self.request(Method::POST, path).header("Content-Type", "application/json");
        Answer::to(request.body(body.to_string())).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.output("ApiUrl")))
    }
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "numbers of any type are written in place")]
pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The text at `name`.
#[track_caller]
pub(crate) fn string<'a>(item: &'a Item, name: &str) -> &'a str {
    item[name].as_s().unwrap()
}

/// The whole number at `name`.
#[track_caller]
pub(crate) fn integer(item: &Item, name: &str) -> i64 {
    item[name].as_n().unwrap().parse().unwrap()
}
