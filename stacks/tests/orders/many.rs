//! A thousand messages, good and bad: where each of them ends.

use std::collections::BTreeSet;

use serde_json::json;
use testing::{LocalCloud, eventually, eventually_that};

use crate::system::{System, order};

const MESSAGES: usize = 1_000;

/// A message: of twenty, one cannot be read, four are wrong, five share an id with another, and ten are right.
fn body(number: usize) -> String {
    let mut order = order(&format!("many-{number}"));
    match number % 20 {
        0 => return format!("poison {number}"),
        1..=2 => order["amount"] = json!(-1),
        3..=4 => order["toAccount"] = order["fromAccount"].clone(),
        5..=9 => order["id"] = json!(format!("shared-{}", number / 20)),
        _ => {}
    }
    order.to_string()
}

pub(crate) async fn a_thousand_end_each_in_one_place(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "many");
    // Three deliveries of what cannot be read take a few seconds instead of minutes.
    system.hurry(4, 3).await;
    let sent: BTreeSet<_> = system.send_all((0..MESSAGES).map(body)).await.into_iter().collect();
    assert_eq!(sent.len(), MESSAGES);

    let poison = MESSAGES / 20;
    let dead = async || system.messages("OrdersDlqUrl").await;
    eventually_that("the poison is in the dead-letter queue", dead, |dead| *dead >= poison).await;
    let items = eventually("everything is kept", async || {
        let items = system.items().await;
        (items.len() >= MESSAGES - poison).then_some(items)
    })
    .await;
    let dead = system.drain("OrdersDlqUrl").await;
    assert!(dead.iter().all(|message| message.body().unwrap().starts_with("poison ")));

    let kept = items.iter().map(|item| item["messageId"].as_s().unwrap().clone());
    let ended: Vec<_> = kept.chain(dead.iter().map(|message| message.message_id().unwrap().to_owned())).collect();
    assert_eq!((ended.len(), dead.len()), (MESSAGES, poison));
    assert_eq!(ended.into_iter().collect::<BTreeSet<_>>(), sent);

    let count = |name: &str, expected: bool| items.iter().filter(|it| it[name].as_bool() == Ok(&expected)).count();
    assert_eq!(count("valid", false), MESSAGES / 20 * 4);
    assert_eq!(count("isDuplicate", true), MESSAGES / 20 * 4, "four of the five that share an id");
    let documents = items.iter().filter(|item| item["valid"].as_bool() == Ok(&true));
    let documents: BTreeSet<_> = documents.map(|item| format!("orders/{}", item["document"].as_s().unwrap())).collect();
    assert_eq!(documents.len(), MESSAGES / 20 * 15);
    assert_eq!(system.keys("").await, documents);
}
