//! A deployed copy of the system, with what its users have: a bucket, an API, queues, and tables to look into.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Deref;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName;
use reqwest::Method;
use serde_json::Value;

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
        Self(Deployment::of(cloud, "event-driven", stage, &[]))
    }

    /// The physical name of a function.
    pub(crate) fn function(&self, name: &str) -> String {
        format!("event-driven-{}-{name}", self.stage)
    }

    /// Puts an object, and returns its entity tag without quotes.
    pub(crate) async fn upload(&self, key: &str, content: impl Into<Vec<u8>>) -> String {
        let call = self.s3.put_object().bucket(self.output("S3BucketName")).key(key);
        let put = call.body(content.into().into()).send().await.unwrap();
        put.e_tag.unwrap().trim_matches('"').to_owned()
    }

    pub(crate) async fn delete(&self, key: &str) {
        self.s3.delete_object().bucket(self.output("S3BucketName")).key(key).send().await.unwrap();
    }

    /// `POST {ApiEndpoint}/messages`.
    pub(crate) async fn post(&self, content_type: &str, body: impl Into<String>) -> Answer {
        let request = self.request(Method::POST, "/messages").header("Content-Type", content_type);
        Answer::to(request.body(body.into())).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.output("ApiEndpoint")))
    }

    /// Sends `body` to the queue that the output names, and returns the message's id.
    pub(crate) async fn send(&self, queue: &str, body: impl Into<String>) -> String {
        let call = self.sqs.send_message().queue_url(self.output(queue)).message_body(body);
        call.send().await.unwrap().message_id.unwrap()
    }

    /// Every item of the table that the output names.
    pub(crate) async fn items(&self, table: &str) -> Vec<Item> {
        let scan = self.dynamodb.scan().table_name(self.output(table)).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
        items.into_iter().map(|item| item.into_iter().collect()).collect()
    }

    /// What is kept of the uploads under `key`, in the order in which they were made.
    pub(crate) async fn images(&self, key: &str) -> Vec<Item> {
        let query = self.dynamodb.query().table_name(self.output("ImagesTable")).consistent_read(true);
        let query = query.key_condition_expression("#key = :key").expression_attribute_names("#key", "key");
        let answer = query.expression_attribute_values(":key", text(key)).send().await.unwrap();
        answer.items.unwrap_or_default().into_iter().map(|item| item.into_iter().collect()).collect()
    }

    /// What is kept of the uploads under `key` when there are `count`.
    pub(crate) async fn wait_for_images(&self, key: &str, count: usize) -> Vec<Item> {
        eventually(&format!("{count} images of `{key}`"), async || {
            let images = self.images(key).await;
            (images.len() >= count).then_some(images)
        })
        .await
    }

    /// The events of uploads under `key`.
    pub(crate) async fn audited(&self, key: &str) -> Vec<Item> {
        let is_of = |item: &Item| event(item)["detail"]["object"]["key"] == key;
        self.items("AuditTable").await.into_iter().filter(is_of).collect()
    }

    pub(crate) async fn wait_for_audit(&self, key: &str) -> Item {
        eventually(&format!("an event of `{key}`"), async || self.audited(key).await.pop()).await
    }

    /// What is kept of the message `id`.
    pub(crate) async fn message(&self, id: &str) -> Option<Item> {
        let call = self.dynamodb.get_item().table_name(self.output("MessagesTable")).consistent_read(true);
        Some(call.key("message_id", text(id)).send().await.unwrap().item?.into_iter().collect())
    }

    pub(crate) async fn wait_for_message(&self, id: &str) -> Item {
        eventually("a kept message", async || self.message(id).await).await
    }

    pub(crate) async fn queue_attribute(&self, queue: &str, name: QueueAttributeName) -> String {
        let call = self.sqs.get_queue_attributes().queue_url(self.output(queue)).attribute_names(name.clone());
        call.send().await.unwrap().attributes.unwrap().remove(&name).unwrap()
    }

    /// Takes every message out of the queue that the output names.
    pub(crate) async fn drain(&self, queue: &str) -> Vec<aws_sdk_sqs::types::Message> {
        let mut drained = Vec::new();
        loop {
            let call = self.sqs.receive_message().queue_url(self.output(queue)).max_number_of_messages(10);
            let call = call.message_system_attribute_names("ApproximateReceiveCount".into());
            let messages = call.send().await.unwrap().messages.unwrap_or_default();
            if messages.is_empty() {
                return drained;
            }
            for message in &messages {
                let call = self.sqs.delete_message().queue_url(self.output(queue));
                call.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
            }
            drained.extend(messages);
        }
    }
}

/// The event that an item of the audit table keeps.
pub(crate) fn event(item: &Item) -> Value {
    serde_json::from_str(item["event"].as_s().unwrap()).unwrap()
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(crate) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(format!("{value}"))
}

/// The whole number at `name`.
#[track_caller]
pub(crate) fn integer(item: &Item, name: &str) -> i64 {
    item[name].as_n().unwrap().parse().unwrap()
}
