//! A deployed copy of the system, with what its users have: a bucket, an API, queues, and tables to look into.

use std::ops::Deref;

use reqwest::Method;
use serde_json::Value;
use testing::{Answer, Deployment, Item, LocalCloud, eventually, eventually_that, text};

const BUCKET: &str = "S3BucketName";

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
        Self(cloud.system("event-driven").stage(stage).deploy())
    }

    /// Puts an object, and returns its entity tag without quotes.
    pub(crate) async fn upload(&self, key: &str, content: impl Into<Vec<u8>>) -> String {
        self.put_object(BUCKET, key, content).await
    }

    pub(crate) async fn delete(&self, key: &str) {
        self.delete_object(BUCKET, key).await;
    }

    /// `POST {ApiEndpoint}/messages`.
    pub(crate) async fn post(&self, content_type: &str, body: impl Into<String>) -> Answer {
        let request = self.request(Method::POST, "/messages").header("Content-Type", content_type);
        Answer::to(request.body(body.into())).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.0.request(method, "ApiEndpoint", path)
    }

    /// What is kept of the uploads under `key`, in the order in which they were made.
    pub(crate) async fn images(&self, key: &str) -> Vec<Item> {
        self.items_with_key("ImagesTable", "key", text(key)).await
    }

    /// What is kept of the uploads under `key` when there are `count`.
    pub(crate) async fn wait_for_images(&self, key: &str, count: usize) -> Vec<Item> {
        let what = format!("{count} images of `{key}` are kept");
        eventually_that(&what, async || self.images(key).await, |images| images.len() >= count).await
    }

    /// The events of uploads under `key`.
    pub(crate) async fn audited(&self, key: &str) -> Vec<Item> {
        let is_of = |item: &Item| event(item)["detail"]["object"]["key"] == key;
        self.items("AuditTable").await.into_iter().filter(is_of).collect()
    }

    pub(crate) async fn wait_for_audit(&self, key: &str) -> Item {
        eventually(&format!("an event of `{key}` is kept"), async || self.audited(key).await.pop()).await
    }

    /// What is kept of the message `id`.
    pub(crate) async fn message(&self, id: &str) -> Option<Item> {
        self.item("MessagesTable", [("message_id", text(id))]).await
    }

    pub(crate) async fn wait_for_message(&self, id: &str) -> Item {
        eventually("the message is kept", async || self.message(id).await).await
    }
}

/// The event that an item of the audit table keeps.
pub(crate) fn event(item: &Item) -> Value {
    serde_json::from_str(item["event"].as_s().unwrap()).unwrap()
}
