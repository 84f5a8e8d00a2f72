//! A deployed copy of the system, with what its clients have: an API, queues, and a table to look into.

use std::ops::Deref;

use aws_sdk_sqs::types::QueueAttributeName;
use reqwest::Method;
use serde_json::Value;
use testing::{Answer, Deployment, Item, LocalCloud, eventually, text};

const TABLE: &str = "OrdersTable";
/// The outputs that name queues.
pub(crate) const QUEUES: [&str; 3] = ["PendingQueueUrl", "ApprovedQueueUrl", "RejectedQueueUrl"];
/// The outputs that name dead-letter queues.
pub(crate) const DLQS: [&str; 3] = ["PendingDlqUrl", "ApprovedDlqUrl", "RejectedDlqUrl"];

/// A stage of the stack.
pub(crate) struct System(Deployment);

impl Deref for System {
    type Target = Deployment;

    fn deref(&self) -> &Deployment {
        &self.0
    }
}

impl System {
    /// Deploys the stack to `stage`, or changes it.
    pub(crate) fn deploy(cloud: &LocalCloud, stage: &str, options: &[(&str, &str)]) -> Self {
        let system = cloud.system("order-requests").stage(stage);
        Self(options.iter().fold(system, |system, (name, value)| system.option(name, value)).deploy())
    }

    /// Deploys the stack to `stage` in `region`.
    pub(crate) fn deploy_in(cloud: &LocalCloud, region: &str, stage: &str, (name, value): (&str, &str)) -> Self {
        Self(cloud.system("order-requests").stage(stage).region(region).option(name, value).deploy())
    }

    /// `POST {ApiUrl}/requests`.
    pub(crate) async fn post(&self, body: impl ToString) -> Answer {
        self.0.post("ApiUrl", "/requests", body).await
    }

    /// `{method} {ApiUrl}/requests`.
    pub(crate) async fn request(&self, method: Method) -> Answer {
        Answer::to(self.0.request(method, "ApiUrl", "/requests")).await
    }

    /// Posts a request that is accepted, and returns its id.
    pub(crate) async fn accepted(&self, body: &Value) -> String {
        let answer = self.post(body).await.expect(202);
        answer.json()["request_id"].as_str().unwrap().to_owned()
    }

    /// Posts a request until it is accepted, as the answer to one that failed asks for, and returns its id.
    pub(crate) async fn accepted_at_last(&self, body: &Value) -> String {
        let mut body = body.clone();
        loop {
            let answer = self.post(&body).await;
            let request_id = answer.json()["request_id"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned();
            match answer.status {
                202 => return request_id,
                500 => body["request_id"] = request_id.into(),
                _ => panic!("{answer:?}"),
            }
        }
    }

    pub(crate) async fn item(&self, request_id: &str) -> Option<Item> {
        self.0.item(TABLE, [("request_id", text(request_id))]).await
    }

    /// The item of a request, once it was processed.
    pub(crate) async fn processed(&self, request_id: &str) -> Item {
        eventually("the request is processed", async || {
            let item = self.item(request_id).await;
            item.clone().filter(|item| item.contains_key("processed_at")).ok_or(item)
        })
        .await
    }

    /// Every item of the table.
    pub(crate) async fn items(&self) -> Vec<Item> {
        self.0.items(TABLE).await
    }

    /// The ARN of a queue.
    pub(crate) async fn arn(&self, queue: &str) -> String {
        self.queue_attribute(queue, QueueAttributeName::QueueArn).await
    }
}
