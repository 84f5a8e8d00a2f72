//! A deployed copy of the system, with what its users have: a queue, an API, and tables to look into.

use std::ops::Deref;

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::{Method, Url};
use testing::{Answer, Deployment, Item, LocalCloud, eventually_that, text};

/// The account that may send to the queue.
pub(crate) const REPORTER: &str = "123456789012";

/// A stage of the stack.
pub(crate) struct System(Deployment);

impl Deref for System {
    type Target = Deployment;

    fn deref(&self) -> &Deployment {
        &self.0
    }
}

impl System {
    /// Deploys the stack to `stage`, or changes it, with the validator of the app.
    pub(crate) fn deploy(cloud: &LocalCloud, stage: &str) -> Self {
        Self::of(cloud.system("spaceships").stage(stage))
    }

    /// Deploys the stack to `stage`, or changes it, with another validator.
    pub(crate) fn deploy_with_validator(cloud: &LocalCloud, stage: &str, url: &str) -> Self {
        Self::of(cloud.system("spaceships").stage(stage).parameter("ModelValidatorUrl", url))
    }

    fn of(system: testing::System) -> Self {
        Self(system.parameter("QueuePolicyPrincipalAccount", REPORTER).deploy())
    }

    /// Sends `body` in the message group `group`, and returns the message's id.
    pub(crate) async fn send(&self, group: &str, body: impl ToString) -> String {
        self.send_in_group("SightingsQueueUrl", group, body).await
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
        self.items_with_key("SightingsTable", "spaceship_id", text(ship)).await
    }

    /// The sightings of `ship` when there are `count`.
    pub(crate) async fn wait_for_sightings(&self, ship: &str, count: usize) -> Vec<Item> {
        let what = format!("{ship} has {count} sightings");
        eventually_that(&what, async || self.sightings(ship).await, |seen| seen.len() >= count).await
    }

    /// The false reports of the message `id`.
    pub(crate) async fn false_reports(&self, id: &str) -> Vec<Item> {
        let is_of = |item: &Item| item["event"].as_s().unwrap().contains(id);
        self.items("FalseReportsTable").await.into_iter().filter(is_of).collect()
    }

    pub(crate) async fn wait_for_false_report(&self, id: &str) -> Item {
        testing::eventually("a false report is kept", async || self.false_reports(id).await.pop()).await
    }

    /// The item of a cache, named by its output.
    pub(crate) async fn cached(&self, cache: &str, key: &str) -> Option<Item> {
        self.item(cache, [("cache_key", text(key))]).await
    }

    /// Replaces the item of a cache.
    pub(crate) async fn put_cached<const N: usize>(&self, cache: &str, key: &str, item: [(&str, AttributeValue); N]) {
        self.put_item(cache, [("cache_key", text(key))].into_iter().chain(item)).await;
    }

    /// How many messages the queue holds, on their way or waiting.
    pub(crate) async fn messages_left(&self) -> usize {
        self.messages("SightingsQueueUrl").await
    }
}
