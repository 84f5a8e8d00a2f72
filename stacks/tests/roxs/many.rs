//! A thousand inputs at once, some of them wrong; and the end of the system.

use std::cell::RefCell;
use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use testing::{LocalCloud, eventually, string};

use crate::picture::png;
use crate::system::System;

const IMAGES: usize = 20;
const NO_IMAGES: usize = 5;
const NOTIFICATIONS: usize = 270;
const POISON: usize = 30;
const BATCHES: usize = 5;
const LOGS: usize = 135;

async fn send(system: &System) {
    let body = |place: usize| match place % 10 {
        0 => format!("poison {place}"),
        _ => json!({ "title": format!("many {place}"), "priority": (["high", "normal"][place % 2]) }).to_string(),
    };
    system.send_all("NotificationsQueueUrl", (0..NOTIFICATIONS + POISON).map(body)).await;
}

async fn upload(system: &System) {
    join_all((0..IMAGES + NO_IMAGES).map(async |place| {
        let body = if place < IMAGES { png() } else { b"no image".to_vec() };
        system.upload(&format!("many/{place}.png"), body).await;
    }))
    .await;
}

async fn log(system: &System) {
    let batches = (0..BATCHES).map(async |batch| {
        let log =
            |place: usize| json!({ "level": (["INFO", "ERROR"][place % 2]), "message": format!("{batch}-{place}") });
        let logs: Vec<_> = (0..LOGS).map(log).collect();
        system.invoke("roxs-log-processor", &json!({ "logs": logs })).await.0
    });
    assert_eq!(join_all(batches).await, [200; BATCHES]);
}

pub(crate) async fn a_thousand_end_each_in_one_place_and_nothing_is_left_at_the_end(cloud: &LocalCloud) {
    assert_eq!(IMAGES + NO_IMAGES + NOTIFICATIONS + POISON + BATCHES * LOGS, 1_000);
    let system = System::deploy(cloud, "many");
    let subscriber = system.subscriber("roxs-test-many").await;
    system.deliver_again_after(5).await;
    futures::join!(send(&system), upload(&system), log(&system));

    let dead = RefCell::new(BTreeSet::new());
    let metrics = eventually("all inputs have ended", async || {
        let messages = system.drain(system.output("NotificationsDlqUrl")).await;
        dead.borrow_mut().extend(messages.iter().map(|message| message.body().unwrap().to_owned()));
        let (_, metrics) = system.invoke("roxs-dashboard", &Value::Null).await;
        let is_over = metrics["images"]["total"] == IMAGES + NO_IMAGES
            && metrics["notifications"]["successful"] == NOTIFICATIONS
            && dead.borrow().len() == POISON;
        is_over.then_some(metrics)
    })
    .await;
    assert!(dead.borrow().iter().all(|body: &String| body.starts_with("poison ")), "{dead:?}");
    assert_eq!(metrics["images"]["successful"], IMAGES);
    assert_eq!(metrics["images"]["failed"], NO_IMAGES);
    assert_eq!(metrics["logs"]["total"], BATCHES * LOGS);
    assert_eq!(metrics["logs"]["by_level"]["ERROR"], BATCHES * (LOGS / 2));
    assert_eq!(metrics["notifications"]["total"], NOTIFICATIONS);
    assert_eq!(metrics["storage"][system.output("ThumbnailsBucket")]["objects"], IMAGES);
    assert_eq!(metrics["storage"][system.output("LogsBucket")]["objects"], BATCHES);
    let stats = system.get("/stats").await.json();
    let counts = ["total_images", "total_logs", "total_notifications", "total_files"].map(|name| stats[name].clone());
    assert_eq!(
        counts,
        [IMAGES + NO_IMAGES, BATCHES * LOGS, NOTIFICATIONS, IMAGES + NO_IMAGES].map(|count| json!(count))
    );
    assert_eq!(system.get("/images").await.json()["count"], IMAGES + NO_IMAGES);

    let logs = system.items("LogTable").await;
    let messages: BTreeSet<_> = logs.iter().map(|item| string(item, "Message")).collect();
    assert_eq!(messages.len(), BATCHES * LOGS);
    let published = system.drain(&subscriber).await;
    let subjects: BTreeSet<_> = published.iter().map(|message| subject(message.body().unwrap())).collect();
    assert_eq!((published.len(), subjects.len()), (NOTIFICATIONS, NOTIFICATIONS), "each once");

    destroyed(&system).await;
}

fn subject(body: &str) -> String {
    let envelope: Value = serde_json::from_str(body).unwrap();
    envelope["Subject"].as_str().unwrap().to_owned()
}

async fn destroyed(system: &System) {
    system.destroy();
    for bucket in ["OriginalBucket", "ProcessedBucket", "ThumbnailsBucket", "LogsBucket"] {
        assert!(system.s3.head_bucket().bucket(system.output(bucket)).send().await.is_err(), "{bucket} is left");
    }
    for table in ["ImageTable", "LogTable", "NotificationTable"] {
        let call = system.dynamodb.describe_table().table_name(system.output(table));
        assert!(call.send().await.is_err(), "{table} is left");
    }
    for queue in ["NotificationsQueueUrl", "NotificationsDlqUrl", "EventsDlqUrl"] {
        let call = system.sqs.get_queue_attributes().queue_url(system.output(queue));
        assert!(call.send().await.is_err(), "{queue} is left");
    }
    let function = system.function("roxs-image-processor");
    assert!(system.lambda.get_function_configuration().function_name(function).send().await.is_err());
}
