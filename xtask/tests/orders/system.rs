//! A deployed copy of the system, with what its users have: an API, queues, a table and a bucket to look into.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_sqs::types::{Message, QueueAttributeName, SendMessageBatchRequestEntry};
use futures::stream::{self, StreamExt};
use reqwest::{Method, Url};
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
        Self(Deployment::of(cloud, "orders", stage, &[]))
    }

    /// `{method} {ApiUrl}` with the steps of a path, each encoded.
    pub(crate) fn request(&self, method: Method, steps: &[&str]) -> reqwest::RequestBuilder {
        let mut url = Url::parse(self.output("ApiUrl")).unwrap();
        url.path_segments_mut().unwrap().extend(steps);
        self.http.request(method, url)
    }

    /// `POST {ApiUrl}/orders`.
    pub(crate) async fn post(&self, body: impl ToString) -> Answer {
        Answer::to(self.request(Method::POST, &["orders"]).body(body.to_string())).await
    }

    /// `GET {ApiUrl}/orders/{id}`.
    pub(crate) async fn get(&self, id: &str) -> Answer {
        Answer::to(self.request(Method::GET, &["orders", id])).await
    }

    /// `GET {ApiUrl}/orders/{id}` when it shows `count` records.
    pub(crate) async fn wait_for(&self, id: &str, count: usize) -> Vec<Value> {
        eventually(&format!("{count} records of `{id}`"), async || {
            let answer = self.get(id).await;
            if answer.status == 404 {
                return None;
            }
            let mut answer = answer.json();
            let records = answer["records"].as_array_mut().unwrap_or_else(|| panic!("no records"));
            (records.len() >= count).then(|| std::mem::take(records))
        })
        .await
    }

    /// Sends `bodies` to the queue, ten at a time, and returns the messages' ids.
    pub(crate) async fn send_all(&self, bodies: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
        let bodies: Vec<_> = bodies.into_iter().map(|body| body.to_string()).collect();
        let calls = stream::iter(bodies.chunks(10)).map(async |chunk| {
            let entry = |(number, body): (usize, &String)| {
                SendMessageBatchRequestEntry::builder().id(number.to_string()).message_body(body).build().unwrap()
            };
            let entries = chunk.iter().enumerate().map(entry).collect();
            let call = self.sqs.send_message_batch().queue_url(self.output("OrdersQueueUrl"));
            call.set_entries(Some(entries)).send().await.unwrap().successful.into_iter().map(|sent| sent.message_id)
        });
        let sent: Vec<_> = calls.buffered(8).collect().await;
        let ids: Vec<_> = sent.into_iter().flatten().collect();
        assert_eq!(ids.len(), bodies.len());
        ids
    }

    /// Gives the processor a batch, each message by its id, when it was first received, and its body; returns the ids of
    /// those that failed.
    pub(crate) async fn process(&self, batch: &[(&str, i64, &Value)]) -> BTreeSet<String> {
        let record = |(id, received, body): &(&str, i64, &Value)| {
            let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
            let attributes = json!({ "ApproximateFirstReceiveTimestamp": received.to_string() });
            json!({ "messageId": id, "body": body, "attributes": attributes })
        };
        let event = json!({ "Records": batch.iter().map(record).collect::<Vec<_>>() });
        let call = self.lambda.invoke().function_name(self.function("orders-processor"));
        let answer = call.payload(Blob::new(event.to_string())).send().await.unwrap();
        let answer: Value = serde_json::from_slice(answer.payload.unwrap().as_ref()).unwrap();
        let failed = answer["batchItemFailures"].as_array().unwrap_or_else(|| panic!("{answer}"));
        failed.iter().map(|failed| failed["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    /// The items of an order.
    pub(crate) async fn items_of(&self, id: &str) -> Vec<Item> {
        let items = self.items().await;
        items.into_iter().filter(|item| item["orderId"].as_s().unwrap() == id).collect()
    }

    /// Every item of the table.
    pub(crate) async fn items(&self) -> Vec<Item> {
        let scan = self.dynamodb.scan().table_name(self.output("OrdersTable")).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
        items.into_iter().map(|item| item.into_iter().collect()).collect()
    }

    /// The keys of all objects below `prefix`.
    pub(crate) async fn keys(&self, prefix: &str) -> BTreeSet<String> {
        let list = self.s3.list_objects_v2().bucket(self.output("OrdersBucket")).prefix(prefix);
        let pages = list.into_paginator().send().collect::<Result<Vec<_>, _>>().await.unwrap();
        pages.iter().flat_map(ListObjectsV2Output::contents).map(|object| object.key().unwrap().to_owned()).collect()
    }

    pub(crate) async fn queue_attribute(&self, queue: &str, name: QueueAttributeName) -> String {
        let call = self.sqs.get_queue_attributes().queue_url(self.output(queue)).attribute_names(name.clone());
        call.send().await.unwrap().attributes.unwrap().remove(&name).unwrap()
    }

    /// Lets messages that failed return after `seconds`, and go to the dead-letter queue after so many deliveries.
    pub(crate) async fn hurry(&self, seconds: u8, deliveries: u8) {
        let dead = self.queue_attribute("OrdersDlqUrl", QueueAttributeName::QueueArn).await;
        let redrive = json!({ "deadLetterTargetArn": dead, "maxReceiveCount": deliveries }).to_string();
        let call = self.sqs.set_queue_attributes().queue_url(self.output("OrdersQueueUrl"));
        let call = call.attributes(QueueAttributeName::VisibilityTimeout, seconds.to_string());
        call.attributes(QueueAttributeName::RedrivePolicy, redrive).send().await.unwrap();
    }

    /// Takes every message out of the dead-letter queue.
    pub(crate) async fn dead(&self) -> Vec<Message> {
        let mut drained = Vec::new();
        loop {
            let call = self.sqs.receive_message().queue_url(self.output("OrdersDlqUrl")).max_number_of_messages(10);
            let messages = call.send().await.unwrap().messages.unwrap_or_default();
            if messages.is_empty() {
                return drained;
            }
            for message in &messages {
                let call = self.sqs.delete_message().queue_url(self.output("OrdersDlqUrl"));
                call.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
            }
            drained.extend(messages);
        }
    }
}

/// The order of the document, with another id.
pub(crate) fn order(id: &str) -> Value {
    json!({ "id": id, "amount": 2580, "fromAccount": "1111111", "toAccount": "7777777" })
}
