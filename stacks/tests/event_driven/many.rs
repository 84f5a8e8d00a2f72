//! A thousand uploads and messages, good and bad: where each of them ends.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use testing::{LocalCloud, eventually, eventually_that, text};

use crate::picture::png;
use crate::system::{System, event};

const UPLOADS: usize = 250;
const MESSAGES: usize = 698;
const POISON: usize = 52;

/// The key of an upload: a fifth is images, a fifth has a name of an image and is none, and the rest is not told to be
/// one.
fn key(number: usize) -> String {
    match number % 5 {
        0 => format!("{number}.png"),
        1 => format!("{number}.JPG"),
        2 => format!("{number}.png.txt"),
        3 => format!("{number}png"),
        _ => format!("{number}"),
    }
}

/// Sends `bodies` to the queue that the output names, and returns the messages' ids.
async fn send_all(system: &System, queue: &str, bodies: impl Iterator<Item = String>) -> BTreeSet<String> {
    system.send_all(queue, bodies).await.into_iter().collect()
}

pub(crate) async fn a_thousand_end_each_in_one_place(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "many");
    // Three deliveries of what cannot be read take a few seconds instead of minutes.
    for queue in ["ImagesQueueUrl", "AuditQueueUrl", "ApiQueueUrl"] {
        system.redeliver_after(queue, 4).await;
    }
    let image = png();
    let upload = async |number: usize| {
        let content = if number.is_multiple_of(5) { image.clone() } else { b"test content".to_vec() };
        system.upload(&key(number), content).await
    };
    let uploads = stream::iter(0..UPLOADS).map(upload).buffer_unordered(8).count();
    let good = |number: usize| format!(r#"{{"number": {number}}}"#);
    let bad = |number: usize| format!("poison {number}");
    let (_, messages, poison_of_api, poison_of_audit, poison_of_images) = futures::join!(
        uploads,
        send_all(&system, "ApiQueueUrl", (0..MESSAGES).map(good)),
        send_all(&system, "ApiQueueUrl", (0..POISON / 2).map(bad)),
        send_all(&system, "AuditQueueUrl", (0..POISON / 4).map(bad)),
        send_all(&system, "ImagesQueueUrl", (0..POISON / 4).map(bad)),
    );

    for (queue, poison) in
        [("ApiDlqUrl", poison_of_api), ("AuditDlqUrl", poison_of_audit), ("ImagesDlqUrl", poison_of_images)]
    {
        let what = format!("{queue} has {} messages", poison.len());
        eventually_that(&what, async || system.messages(queue).await, |count| *count >= poison.len()).await;
        let dead = system.drain(queue).await;
        let ids: BTreeSet<_> = dead.iter().map(|message| message.message_id().unwrap().to_owned()).collect();
        assert_eq!((ids, dead.len()), (poison.clone(), poison.len()), "{queue}");
        assert!(dead.iter().all(|message| message.body().unwrap().starts_with("poison ")));
    }
    let (kept, audited, images) = eventually("everything is kept", async || {
        let kept = system.items("MessagesTable").await;
        let audited = system.items("AuditTable").await;
        let images = system.items("ImagesTable").await;
        (kept.len() >= MESSAGES && audited.len() >= UPLOADS && images.len() >= UPLOADS / 5 * 2)
            .then_some((kept, audited, images))
    })
    .await;

    let ids: BTreeSet<_> = kept.iter().map(|item| item["message_id"].as_s().unwrap().clone()).collect();
    assert_eq!((ids, kept.len()), (messages, MESSAGES));
    let keys: BTreeSet<_> =
        audited.iter().map(|item| event(item)["detail"]["object"]["key"].as_str().unwrap().to_owned()).collect();
    assert_eq!((keys, audited.len()), ((0..UPLOADS).map(key).collect(), UPLOADS));
    for (status, remainder) in [("ok", 0), ("error", 1)] {
        let keys: BTreeSet<_> = images
            .iter()
            .filter(|item| item["status"] == text(status))
            .map(|item| item["key"].as_s().unwrap().clone())
            .collect();
        assert_eq!(keys, (0..UPLOADS).filter(|number| number % 5 == remainder).map(key).collect(), "{status}");
    }
    assert_eq!(images.len(), UPLOADS / 5 * 2);
}
