//! The functions' roles grant nothing that the system works without; and what is destroyed is gone.

use reqwest::Method;
use testing::{Answer, LocalCloud, eventually};

use crate::system::{System, order};

/// Drives everything that the functions do, and says what failed.
async fn exercise(system: &System, round: usize) -> Result<(), &'static str> {
    if Answer::to(system.request(Method::GET, &["health"])).await.status != 200 {
        return Err("health finds something wrong");
    }
    let id = format!("grant-{round}");
    if system.post(order(&id)).await.status != 202 {
        return Err("an order was not taken");
    }
    let is_kept = eventually("an order is kept or given up", async || {
        if !system.items_of(&id).await.is_empty() {
            return Some(true);
        }
        (!system.drain("OrdersDlqUrl").await.is_empty()).then_some(false)
    });
    if !is_kept.await {
        return Err("an order was not kept");
    }
    let shown = system.get(&id).await;
    if shown.status != 200 {
        return Err("an order was not shown");
    }
    let url = shown.json()["records"][0]["url"].as_str().unwrap().to_owned();
    if Answer::to(system.http.get(url)).await.status != 200 {
        return Err("a document was not given");
    }
    Ok(())
}

pub(crate) async fn no_granted_action_is_needless_and_nothing_is_left_at_the_end(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "grants");
    let rounds = testing::no_granted_action_is_needless(&system, async |round| {
        if round == 1 {
            // A message that fails once goes to the dead-letter queue two seconds later. The functions have started by
            // now, so none that succeeds takes as long.
            system.hurry(2, 1).await;
        }
        exercise(&system, round).await
    })
    .await;
    // Of health's three, that on the queue is proved beside it: it may be one of the platform's as well.
    assert_eq!(rounds, 1 + 2 + 2 + 2, "the grants of the four programs");

    system.destroy();
    assert!(system.s3.head_bucket().bucket(system.output("OrdersBucket")).send().await.is_err());
    for queue in ["OrdersQueueUrl", "OrdersDlqUrl"] {
        let call = system.sqs.get_queue_attributes().queue_url(system.output(queue));
        assert!(call.send().await.is_err(), "{queue} is left");
    }
    assert!(system.dynamodb.describe_table().table_name(system.output("OrdersTable")).send().await.is_err());
    for function in system.functions() {
        assert!(system.lambda.get_function_configuration().function_name(&function).send().await.is_err());
    }
}
