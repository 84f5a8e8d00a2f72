//! The ways to build the system.

use std::collections::BTreeMap;

use futures::future::join_all;
use serde_json::json;
use testing::{LocalCloud, eventually, integer};

use crate::system::{QUEUES, System};

pub(crate) async fn each_customers_requests_are_processed_in_the_order_of_arrival(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "ordered", &[("ordering", "fifo"), ("processing", "per-status")]);
    for queue in QUEUES {
        assert!(system.output(queue).ends_with("-ordered.fifo"), "{}", system.output(queue));
    }
    is_in_order(&system, async |_| ()).await;

    for (queue, id) in QUEUES.into_iter().zip(["ProcessingPending", "ProcessingApproved", "ProcessingRejected"]) {
        let function = system.function(id);
        let mappings = system.lambda.list_event_source_mappings().function_name(function).send().await.unwrap();
        let sources: Vec<_> =
            mappings.event_source_mappings().iter().filter_map(|it| it.event_source_arn.as_deref()).collect();
        assert_eq!(sources, [system.arn(queue).await]);
    }
}

/// Ten customers ask twenty times each; `meanwhile` is called with the number of each of these rounds. All are processed, a
/// customer's in the order of arrival.
pub(crate) async fn is_in_order(system: &System, meanwhile: impl AsyncFn(usize)) {
    const CUSTOMERS: usize = 10;
    const REQUESTS: usize = 20;
    let statuses = ["pending", "approved", "rejected"];
    // A customer asks again once the last request was accepted; customers ask at the same time.
    join_all((0..CUSTOMERS).map(async |customer| {
        for number in 0..REQUESTS {
            if customer == 0 {
                meanwhile(number).await;
            }
            let status = statuses[customer % statuses.len()];
            let request = json!({ "status": status, "customer_id": format!("c-{customer}"), "number": number });
            system.accepted_at_last(&request).await;
        }
    }))
    .await;
    let items = eventually("all requests are processed", async || {
        let items = system.items().await;
        let left: Vec<_> = items.iter().filter(|item| !item.contains_key("processed_at")).cloned().collect();
        if left.is_empty() { Ok(items) } else { Err(left) }
    })
    .await;
    assert_eq!(items.len(), CUSTOMERS * REQUESTS);
    let mut by_customer: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for item in &items {
        let times = (integer(item, "number"), integer(item, "processed_at"));
        by_customer.entry(item["customer_id"].as_s().unwrap()).or_default().push(times);
    }
    for (customer, mut times) in by_customer {
        times.sort_unstable();
        assert!(times.is_sorted_by_key(|(_, processed)| *processed), "{customer}: {times:?}");
    }
}

pub(crate) async fn a_changed_option_replaces_what_it_is_about_and_can_be_changed_back(cloud: &LocalCloud) {
    let run = |command: &str, arguments: &[&str]| {
        let stage = [command, "order-requests", "--local", "--stage", "changed"];
        cloud.attempt(&[&stage[..], arguments].concat())
    };
    let is_processing = async |system: &System| {
        let request_id = system.accepted(&json!({ "status": "pending", "customer_id": "José" })).await;
        system.processed(&request_id).await;
        request_id
    };
    let first = is_processing(&System::deploy(cloud, "changed", &[])).await;

    let fifo = System::deploy(cloud, "changed", &[("ordering", "fifo")]);
    assert!(is_fifo(fifo.output("TopicArn")), "{}", fifo.output("TopicArn"));
    is_processing(&fifo).await;
    assert!(fifo.item(&first).await.is_some(), "the table is not what the option is about");

    let forgotten = run("deploy", &["--yes"]).expect(2);
    let help = "`--option ordering=fifo` keeps it, `--option ordering=standard` changes it";
    assert!(forgotten.stderr.contains(help), "{forgotten}");
    let kept = run("deploy", &["--yes", "--option", "ordering=fifo"]).expect(0);
    assert!(kept.stderr.contains("no changes"), "{kept}");

    let back = System::deploy(cloud, "changed", &[("ordering", "standard")]);
    assert!(!is_fifo(back.output("TopicArn")), "{}", back.output("TopicArn"));
    is_processing(&back).await;

    back.destroy();
    let _ = run("outputs", &[]).expect(6);
}

#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "SNS knows exactly this suffix")]
fn is_fifo(topic: &str) -> bool {
    topic.ends_with(".fifo")
}
