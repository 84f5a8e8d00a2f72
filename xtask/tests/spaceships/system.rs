//! A deployed copy of the system, with what its users have: a queue, an API, and tables to look into.

use std::collections::BTreeMap;
use std::process::Stdio;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName;
use reqwest::{Method, Url};

use crate::common::{Answer, Ended, FreshCloud, http_client};
use crate::message::{Item, text};
use crate::patience::eventually;

/// The account that may send to the queue.
pub(crate) const REPORTER: &str = "123456789012";

/// A stage of the stack.
pub(crate) struct System {
    pub config: SdkConfig,
    pub sqs: aws_sdk_sqs::Client,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub lambda: aws_sdk_lambda::Client,
    outputs: BTreeMap<String, String>,
    http: reqwest::Client,
    stage: String,
}

impl System {
    /// Deploys the stack to `stage`, or changes it. A first build takes minutes, which `cargo` shows.
    pub(crate) fn deploy(cloud: &FreshCloud, stage: &str, parameters: &[&str]) -> Self {
        let reporter = format!("QueuePolicyPrincipalAccount={REPORTER}");
        let mut deploy = cloud.xtask(&["deploy", "spaceships", "--local", "--yes", "--quiet", "--stage", stage]);
        for parameter in [reporter.as_str()].iter().chain(parameters) {
            deploy.args(["--parameter", parameter]);
        }
        Ended::of(deploy.stderr(Stdio::inherit())).expect(0);
        let outputs = cloud.run(&["outputs", "spaceships", "--local", "--json", "--stage", stage]);

        let config = cloud.sdk_config();
        Self {
            sqs: aws_sdk_sqs::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            config,
            outputs: serde_json::from_str(&outputs).unwrap(),
            http: http_client(),
            stage: stage.to_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> &str {
        &self.outputs[name]
    }

    /// The physical name of a function.
    pub(crate) fn function(&self, name: &str) -> String {
        if self.stage == "dev" { name.to_owned() } else { format!("{name}-{}", self.stage) }
    }

    /// Sends `body` in the message group `group`, and returns the message's id.
    pub(crate) async fn send(&self, group: &str, body: impl ToString) -> String {
        let call = self.sqs.send_message().queue_url(self.output("SightingsQueueUrl")).message_group_id(group);
        call.message_body(body.to_string()).send().await.unwrap().message_id.unwrap()
    }

    /// `GET {ApiUrl}{path}`.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        self.request(Method::GET, path, query).await
    }

    pub(crate) async fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Answer {
        let mut url = Url::parse(&format!("{}{path}", self.output("ApiUrl"))).unwrap();
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Answer::to(self.http.request(method, url)).await
    }

    /// How often `/calculate` or `/counts` says that `name` was seen.
    pub(crate) async fn count(&self, path: &str, name: (&str, &str)) -> u64 {
        let answer = self.get(path, &[name]).await;
        answer.json()["count"].as_u64().unwrap_or_else(|| panic!("{answer:?}"))
    }

    /// The sightings of `ship`, oldest first.
    pub(crate) async fn sightings(&self, ship: &str) -> Vec<Item> {
        let query = self.dynamodb.query().table_name(self.output("SightingsTable")).consistent_read(true);
        let query = query.key_condition_expression("spaceship_id = :ship");
        let pages = query.expression_attribute_values(":ship", text(ship)).into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.unwrap().into_iter().map(ordered).collect()
    }

    /// The sightings of `ship` when there are `count`.
    pub(crate) async fn wait_for_sightings(&self, ship: &str, count: usize) -> Vec<Item> {
        eventually(&format!("{count} sightings of {ship}"), async || {
            let sightings = self.sightings(ship).await;
            (sightings.len() >= count).then_some(sightings)
        })
        .await
    }

    /// The false reports of the message `id`.
    pub(crate) async fn false_reports(&self, id: &str) -> Vec<Item> {
        let scan = self.dynamodb.scan().table_name(self.output("FalseReportsTable")).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
        let is_of = |item: &Item| item["event"].as_s().unwrap().contains(id);
        items.into_iter().map(ordered).filter(is_of).collect()
    }

    pub(crate) async fn wait_for_false_report(&self, id: &str) -> Item {
        eventually("a false report", async || self.false_reports(id).await.pop()).await
    }

    /// The item of a cache, named by its output.
    pub(crate) async fn cached(&self, cache: &str, key: &str) -> Option<Item> {
        let call = self.dynamodb.get_item().table_name(self.output(cache)).consistent_read(true);
        call.key("cache_key", text(key)).send().await.unwrap().item.map(ordered)
    }

    /// Replaces the item of a cache.
    pub(crate) async fn put_cached<const N: usize>(&self, cache: &str, key: &str, item: [(&str, AttributeValue); N]) {
        let mut call = self.dynamodb.put_item().table_name(self.output(cache)).item("cache_key", text(key));
        for (name, value) in item {
            call = call.item(name, value);
        }
        call.send().await.unwrap();
    }

    /// How many messages the queue holds, on their way or waiting.
    pub(crate) async fn messages_left(&self) -> u64 {
        let counters = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let call = self.sqs.get_queue_attributes().queue_url(self.output("SightingsQueueUrl"));
        let answer = call.set_attribute_names(Some(counters.to_vec())).send().await.unwrap();
        answer.attributes.unwrap().values().map(|value| value.parse::<u64>().unwrap()).sum()
    }
}

fn ordered(item: impl IntoIterator<Item = (String, AttributeValue)>) -> Item {
    item.into_iter().collect()
}
