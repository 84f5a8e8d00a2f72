//! A deployed copy of the system, with what its users have: an API, queues, a table and a bucket to look into.

use std::collections::BTreeSet;
use std::ops::Deref;

use reqwest::{Method, Url};
use serde_json::{Value, json};
use testing::{Answer, Deployment, Item, LocalCloud, eventually, text};

const TABLE: &str = "OrdersTable";

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
        Self(cloud.system("orders").stage(stage).deploy())
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
        eventually(&format!("{count} records of `{id}` are shown"), async || {
            let answer = self.get(id).await;
            if answer.status == 404 {
                return Err(answer);
            }
            let mut records = answer.json()["records"].take();
            let records = records.as_array_mut().unwrap_or_else(|| panic!("no records"));
            if records.len() >= count { Ok(std::mem::take(records)) } else { Err(answer) }
        })
        .await
    }

    /// Sends `bodies` to the queue, and returns the messages' ids.
    pub(crate) async fn send_all(&self, bodies: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
        self.0.send_all("OrdersQueueUrl", bodies).await
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
        let answer = self.invoke("orders-processor", &event).await;
        let failed = answer["batchItemFailures"].as_array().unwrap_or_else(|| panic!("{answer}"));
        failed.iter().map(|failed| failed["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    /// The items of an order.
    pub(crate) async fn items_of(&self, id: &str) -> Vec<Item> {
        self.items_with(TABLE, "orderId", &text(id)).await
    }

    /// Every item of the table.
    pub(crate) async fn items(&self) -> Vec<Item> {
        self.0.items(TABLE).await
    }

    /// The keys of all objects below `prefix`.
    pub(crate) async fn keys(&self, prefix: &str) -> BTreeSet<String> {
        self.0.keys("OrdersBucket", prefix).await.into_iter().collect()
    }

    /// Lets messages that failed return after `seconds`, and go to the dead-letter queue after so many deliveries.
    pub(crate) async fn hurry(&self, seconds: u32, deliveries: u32) {
        self.give_up_after("OrdersQueueUrl", "OrdersDlqUrl", deliveries, seconds).await;
    }
}

/// The order of the document, with another id.
pub(crate) fn order(id: &str) -> Value {
    json!({ "id": id, "amount": 2580, "fromAccount": "1111111", "toAccount": "7777777" })
}
