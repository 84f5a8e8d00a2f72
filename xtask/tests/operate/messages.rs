//! `send`, `peek` and `redrive`.

use std::fs;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use testing::{Deployment, Fault, LocalCloud, Reply, StandIn, eventually, eventually_that};

use crate::{deploy, run, sighting};

const QUEUE: &str = "SightingsQueue";
const DLQ: &str = "SightingsDlq";

/// Sends a sighting in the group of its ship; the message's id.
fn send(cloud: &LocalCloud, ship: &str, number: u32) -> String {
    let body = sighting(ship, &format!("model {number}")).to_string();
    let sent = run(cloud, "send", &[QUEUE, &body, "--group", ship, "--json"]).expect(0).json();
    assert_eq!(sent["resource"], QUEUE);
    assert_eq!(sent["group"], ship);
    sent["id"].as_str().unwrap().to_owned()
}

fn peek(cloud: &LocalCloud, more: &[&str]) -> Vec<Value> {
    let peeked = run(cloud, "peek", &[&[DLQ, "--json"], more].concat()).expect(0).json();
    peeked["messages"].as_array().unwrap().clone()
}

async fn wait_for_dead(system: &Deployment, count: usize) {
    let look = async || system.messages("SightingsDlqUrl").await;
    eventually_that("messages are in the dead-letter queue", look, |dead| *dead == count).await;
}

/// The models of a ship's sightings, in the order in which they were kept.
async fn models(system: &Deployment, ship: &str) -> Vec<String> {
    let ship = AttributeValue::S(ship.to_owned());
    let items = system.items_with_key("SightingsTable", "spaceship_id", ship).await;
    items.iter().map(|item| item["model"].as_s().unwrap().clone()).collect()
}

#[tokio::test]
async fn what_failed_is_looked_at_and_goes_back_once_and_in_order() {
    let cloud = LocalCloud::fresh();
    let validator = StandIn::answering(Reply::text(200, "valid"));
    validator.fail(Fault::Down);
    let system = deploy(&cloud, &validator.url("/validator"));
    system.redeliver_after("SightingsQueueUrl", 1).await;

    let empty = run(&cloud, "redrive", &[DLQ]).expect(0);
    assert_eq!(empty.stdout, "SightingsDlq: moved 0 messages\n");
    let poisoned = [send(&cloud, "XW-1", 1), send(&cloud, "XW-1", 2), send(&cloud, "YW-2", 3)];
    wait_for_dead(&system, 3).await;

    // A look takes nothing away, and says why each failed.
    let shown = run(&cloud, "peek", &[DLQ]).expect(0);
    for said in ["SightingsDlq: 3 shown", "group XW-1", "from SightingsQueue", "the message returns to the queue"] {
        assert!(shown.stdout.contains(said), "no {said} in {shown}");
    }
    let messages = peek(&cloud, &[]);
    let ids: Vec<_> = messages.iter().map(|message| message["id"].as_str().unwrap()).collect();
    assert!(poisoned.iter().all(|id| ids.contains(&id.as_str())), "{poisoned:?} and {messages:#?}");
    for message in &messages {
        assert_eq!(message["received"], 5, "three times by the consumer, and by two looks: {message:#}");
        assert_eq!(message["source"], QUEUE);
        assert_eq!(message["failure"]["function"], "Consumer");
        let failure = message["failure"]["message"].as_str().unwrap();
        assert!(failure.contains(message["id"].as_str().unwrap()), "{failure}");
    }
    assert_eq!(peek(&cloud, &["--limit", "1"]).len(), 1);

    // What only shows, and what nothing is chosen of, moves nothing.
    let dry = run(&cloud, "redrive", &[DLQ, "--dry-run"]).expect(0);
    assert!(dry.stdout.contains(&format!("{} -> SightingsQueue", poisoned[0])), "{dry}");
    assert!(dry.stdout.ends_with("SightingsDlq: would move 3 messages\n"), "{dry}");
    let none = run(&cloud, "redrive", &[DLQ, "--filter", "no such text"]).expect(0);
    assert!(none.stdout.ends_with("SightingsDlq: moved 0 messages, 3 stay\n"), "{none}");
    wait_for_dead(&system, 3).await;

    // Within five minutes of its first sending, SQS drops what is sent again under the same deduplication id.
    validator.recover();
    let moved = run(&cloud, "redrive", &[DLQ, "--filter", "XW-1", "--json"]).expect(0).json();
    assert_eq!((&moved["moved"], &moved["stayed"], &moved["came_back"]), (&2.into(), &1.into(), &0.into()));
    let kept = eventually_that("both are kept", async || models(&system, "XW-1").await, |it| it.len() == 2).await;
    assert_eq!(kept, ["model 1", "model 2"], "in the order in which they were sent");
    assert_eq!(models(&system, "YW-2").await, [""; 0]);

    // An editor changes what goes back.
    let editor = "sed -i s/model.3/mended/";
    let mut command = cloud.command(&["redrive", "spaceships", DLQ, "--edit", "--local"]);
    let edited = testing::CommandOutput::of(command.env("EDITOR", editor).env_remove("VISUAL")).expect(0);
    assert!(edited.stdout.ends_with("SightingsDlq: moved 1 message\n"), "{edited}");
    let kept = eventually_that("it is kept", async || models(&system, "YW-2").await, |it| it.len() == 1).await;
    assert_eq!(kept, ["mended"]);
    wait_for_dead(&system, 0).await;
    assert_eq!(models(&system, "XW-1").await.len(), 2, "nothing came twice");
}

#[tokio::test]
async fn messages_that_come_back_at_once_end_the_round_and_none_is_lost() {
    let cloud = LocalCloud::fresh();
    let validator = StandIn::answering(Reply::text(200, "valid"));
    validator.fail(Fault::Down);
    let system = deploy(&cloud, &validator.url("/validator"));
    // A message comes back as soon as it is received again, which it is at once.
    system.redeliver_after("SightingsQueueUrl", 0).await;
    for number in 0..12 {
        send(&cloud, &format!("XW-{number}"), number);
    }
    wait_for_dead(&system, 12).await;
    let redriven = run(&cloud, "redrive", &[DLQ, "--json"]).expect(0).json();
    assert_eq!(redriven["moved"], 12, "{redriven:#}");
    wait_for_dead(&system, 12).await;

    let mut killed = cloud.command(&["redrive", "spaceships", DLQ, "--edit", "--local"]);
    // Two are sent, and the third is never: the editor ends with an error.
    let count = cloud.folder().join("count");
    let script = format!("sh -c 'echo >> {0}; test $(wc -l < {0}) -lt 3'", count.display());
    let stopped = testing::CommandOutput::of(killed.env("EDITOR", script).env_remove("VISUAL")).expect(1);
    assert!(stopped.stderr.contains("the message stays"), "{stopped}");
    assert_eq!(fs::read_to_string(&count).unwrap().lines().count(), 3);
    wait_for_dead(&system, 12).await;

    validator.recover();
    run(&cloud, "redrive", &[DLQ]).expect(0);
    for number in 0..12 {
        let ship = format!("XW-{number}");
        eventually("each is kept", async || models(&system, &ship).await.len() == 1).await;
    }
}

#[tokio::test]
async fn a_queue_that_is_no_dead_letter_queue_is_redriven_only_to_a_named_one() {
    let cloud = LocalCloud::fresh();
    let system = deploy(&cloud, "http://127.0.0.1:1/");
    let refused = run(&cloud, "redrive", &[QUEUE]).expect(2);
    for said in ["`SightingsQueue` is no dead-letter queue", "its dead-letter queues: SightingsDlq", "`--to QUEUE`"] {
        assert!(refused.stderr.contains(said), "no {said} in {refused}");
    }
    run(&cloud, "redrive", &[DLQ, "--to", DLQ]).expect(2);

    // A message that nobody received tells no queue, and goes to the only one that it can be from.
    let body = cloud.folder().join("body.json");
    fs::write(&body, sighting("XW-9", "a model").to_string()).unwrap();
    let attribute = ["--attribute", "who=me"];
    let sent = run(&cloud, "send", &[&[DLQ, body.to_str().unwrap()], &attribute[..]].concat()).expect(0);
    assert!(sent.stdout.starts_with("SightingsDlq: message "), "{sent}");
    let message = &peek(&cloud, &[])[0];
    assert_eq!((&message["attributes"]["who"], &message["group"]), (&"me".into(), &"stackwright".into()));
    assert_eq!((&message["source"], &message["failure"]), (&Value::Null, &Value::Null));
    let moved = run(&cloud, "redrive", &[DLQ, "--to", QUEUE]).expect(0);
    assert!(moved.stdout.contains("-> SightingsQueue as "), "{moved}");
    wait_for_dead(&system, 0).await;
}
