//! A deployed copy of the system, with what its clients have: an API, queues, and a table to look into.

use std::collections::BTreeMap;
use std::process::Stdio;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName;
use reqwest::Method;
use serde_json::Value;

use crate::common::patience::eventually;
use crate::common::{Answer, Ended, FreshCloud, http_client};

pub(crate) type Item = BTreeMap<String, AttributeValue>;

/// The outputs that name queues.
pub(crate) const QUEUES: [&str; 3] = ["PendingQueueUrl", "ApprovedQueueUrl", "RejectedQueueUrl"];
/// The outputs that name dead-letter queues.
pub(crate) const DLQS: [&str; 3] = ["PendingDlqUrl", "ApprovedDlqUrl", "RejectedDlqUrl"];

/// A stage of the stack.
pub(crate) struct System {
    pub config: SdkConfig,
    pub sqs: aws_sdk_sqs::Client,
    pub dynamodb: aws_sdk_dynamodb::Client,
    outputs: BTreeMap<String, String>,
    http: reqwest::Client,
    stage: String,
}

impl System {
    /// Deploys the stack to `stage`, or changes it. A first build takes minutes, which `cargo` shows.
    pub(crate) fn deploy(cloud: &FreshCloud, stage: &str, options: &[&str]) -> Self {
        let mut deploy = cloud.xtask(&["deploy", "order-requests", "--local", "--yes", "--quiet", "--stage", stage]);
        for option in options {
            deploy.args(["--option", option]);
        }
        Ended::of(deploy.stderr(Stdio::inherit())).expect(0);
        let outputs = cloud.run(&["outputs", "order-requests", "--local", "--json", "--stage", stage]);
        let http = http_client();
        let config = cloud.sdk_config();
        Self {
            sqs: aws_sdk_sqs::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            config,
            outputs: serde_json::from_str(&outputs).unwrap(),
            http,
            stage: stage.to_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> &str {
        &self.outputs[name]
    }

    pub(crate) fn outputs(&self) -> Vec<&str> {
        self.outputs.keys().map(String::as_str).collect()
    }

    /// The physical name of a function.
    pub(crate) fn function(&self, name: &str) -> String {
        if self.stage == "dev" { name.to_owned() } else { format!("{name}-{}", self.stage) }
    }

    /// `POST {ApiUrl}/requests`.
    pub(crate) async fn post(&self, body: impl ToString) -> Answer {
        self.request(Method::POST, body).await
    }

    pub(crate) async fn request(&self, method: Method, body: impl ToString) -> Answer {
        let request = self.http.request(method, format!("{}/requests", self.output("ApiUrl")));
        Answer::to(request.header("content-type", "application/json").body(body.to_string())).await
    }

    /// Posts a request that is accepted, and returns its id.
    pub(crate) async fn accepted(&self, body: &Value) -> String {
        let answer = self.post(body).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.json()["request_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn item(&self, request_id: &str) -> Option<Item> {
        let call = self.dynamodb.get_item().table_name(self.output("OrdersTable")).consistent_read(true);
        let key = AttributeValue::S(request_id.to_owned());
        call.key("request_id", key).send().await.unwrap().item.map(|item| item.into_iter().collect())
    }

    /// The item of a request, once it was processed.
    pub(crate) async fn processed(&self, request_id: &str) -> Item {
        eventually("the processing of a request", async || {
            self.item(request_id).await.filter(|item| item.contains_key("processed_at"))
        })
        .await
    }

    /// Every item of the table.
    pub(crate) async fn items(&self) -> Vec<Item> {
        let scan = self.dynamodb.scan().table_name(self.output("OrdersTable")).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
        items.into_iter().map(|item| item.into_iter().collect()).collect()
    }

    /// Sets an attribute of each of the queues named.
    pub(crate) async fn set(&self, queues: &[&str], attribute: QueueAttributeName, value: &str) {
        for queue in queues {
            let call = self.sqs.set_queue_attributes().queue_url(self.output(queue));
            call.attributes(attribute.clone(), value).send().await.unwrap();
        }
    }

    /// An attribute of a queue.
    pub(crate) async fn attribute(&self, queue: &str, attribute: QueueAttributeName) -> String {
        let call = self.sqs.get_queue_attributes().queue_url(self.output(queue)).attribute_names(attribute.clone());
        call.send().await.unwrap().attributes.unwrap().remove(&attribute).unwrap()
    }

    /// How many messages a queue holds, on their way or waiting.
    pub(crate) async fn messages(&self, queue: &str) -> usize {
        let waiting = self.attribute(queue, QueueAttributeName::ApproximateNumberOfMessages).await;
        let on_their_way = self.attribute(queue, QueueAttributeName::ApproximateNumberOfMessagesNotVisible).await;
        waiting.parse::<usize>().unwrap() + on_their_way.parse::<usize>().unwrap()
    }
}

#[track_caller]
pub(crate) fn integer(item: &Item, name: &str) -> i64 {
    item[name].as_n().unwrap().parse().unwrap()
}
