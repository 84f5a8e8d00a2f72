//! A function as people write them without this project: clients of the SDK behind a trait, a generic service, and settings
//! from the environment and from constants.

mod settings;
mod store;

use aws_sdk_s3::Client as S3;
use aws_sdk_sns::Client as Sns;
use aws_sdk_sqs::Client as Sqs;

use settings::Settings;
use store::{DynamoDbStore, Store};

/// What is called.
pub const CALLED: &[(&str, &str)] = &[
    ("dynamodb", "delete_item"),
    ("dynamodb", "get_item"),
    ("dynamodb", "put_item"),
    ("dynamodb", "query"),
    ("dynamodb", "transact_write_items"),
    ("s3", "get_object"),
    ("s3", "list_objects_v2"),
    ("s3", "put_object"),
    ("sns", "publish"),
    ("sqs", "send_message"),
];

/// The bucket that the team shares.
const MAPS: &str = "maps-of-the-team";

/// Orders, wherever they are kept.
struct Orders<S> {
    store: S,
    queue: Sqs,
}

impl<S: Store> Orders<S> {
    async fn place(&self, settings: &Settings, id: &str) {
        self.store.put(id).await;
        let body = format!("order {id}");
        let request = self.queue.send_message().queue_url(&settings.queue_url);
        drop(request.message_body(body).send().await);
    }

    async fn find(&self, id: &str) -> bool {
        self.store.get(id).await || self.store.find_by_customer(id).await
    }
}

/// Handles an event.
pub async fn handle() {
    let settings = Settings::from_environment();
    let orders = Orders { store: DynamoDbStore::new(crate::raw::dynamodb(), &settings), queue: crate::raw::sqs() };
    if !orders.find("1").await {
        orders.place(&settings, "1").await;
    }
    orders.store.replace("1", "2").await;
    let (maps, sns) = (crate::raw::s3(), crate::raw::sns());
    copy_maps(&maps, |name| name.to_owned()).await;
    announce(&sns, &topic()).await;
}

async fn copy_maps(maps: &S3, rename: impl Fn(&str) -> String) {
    let mut pages = maps.list_objects_v2().bucket(MAPS).into_paginator().send();
    while let Some(Ok(page)) = pages.next().await {
        for map in page.contents() {
            let key = map.key().unwrap_or_default();
            let Ok(found) = maps.get_object().bucket(MAPS).key(key).send().await else { continue };
            let reports = std::env::var("REPORTS_BUCKET").expect("set by the deployment");
            drop(maps.put_object().bucket(reports).key(rename(key)).body(found.body).send().await);
        }
    }
}

async fn announce(sns: &Sns, topic_arn: &str) {
    drop(sns.publish().topic_arn(topic_arn).message("done").send().await);
}

fn topic() -> String {
    settings::required("TOPIC_ARN")
}
