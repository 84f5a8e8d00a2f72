//! `invoke`.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};
use testing::{CommandOutput, LocalCloud, Reply, StandIn, eventually_that};

use crate::{deploy, run, sighting};

#[tokio::test]
async fn a_function_answers_an_event_and_its_log_and_failure_are_told() {
    let cloud = LocalCloud::fresh();
    let validator = StandIn::answering(Reply::text(200, "valid"));
    let system = deploy(&cloud, &validator.url("/validator"));

    // The example of its queue, with a message of ours.
    let body = sighting("XW-1", "a model").to_string();
    let record = cloud.folder().join("record.json");
    let recorded = ["--record", record.to_str().unwrap()];
    let arguments = [&["Consumer", "--example", "sqs", "--body", &body], &recorded[..]].concat();
    let invoked = run(&cloud, "invoke", &arguments).expect(0);
    assert_eq!(invoked.json(), json!({"batchItemFailures": []}), "{invoked}");
    assert!(invoked.stderr.contains("INFO  sighting kept"), "{invoked}");
    assert!(invoked.stderr.contains("Consumer: ") && invoked.stderr.contains(" ms"), "{invoked}");
    let look = async || system.items("SightingsTable").await;
    eventually_that("the sighting is kept", look, |items| items.len() == 1).await;
    let record: Value = serde_json::from_str(&fs::read_to_string(record).unwrap()).unwrap();
    let message = &record["event"]["Records"][0];
    assert_eq!(message["eventSourceARN"], "arn:aws:sqs:sa-east-1:000000000000:spaceships-sightings.fifo");
    assert_eq!(message["attributes"]["MessageGroupId"], "example");
    assert_eq!((&record["answer"], &record["failed"]), (&json!({"batchItemFailures": []}), &false.into()));

    // A program's name does as well, and its route is found.
    let counted = run(&cloud, "invoke", &["spaceships-counts", "--example", "api", "--json"]).expect(0).json();
    assert_eq!(counted["function"], "Counts");
    assert_eq!(counted["answer"]["statusCode"], 400, "{counted:#}");

    // Standard input.
    let mut command = cloud.command(&["invoke", "spaceships", "Consumer", "--event", "-", "--local"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(br#"{"Records": [{}]}"#).unwrap();
    let failed = CommandOutput::from(child.wait_with_output().unwrap()).expect(1);
    assert!(failed.json()["errorMessage"].is_string(), "{failed}");
    assert!(failed.stderr.contains("error: the function `Consumer` failed: "), "{failed}");
}

#[test]
fn an_event_that_is_no_json_is_told_with_its_place_before_anything_is_asked() {
    let cloud = LocalCloud::fresh();
    let file = cloud.folder().join("event.json");
    fs::write(&file, "{\n  \"Records\": [}\n").unwrap();
    let file = file.to_str().unwrap();
    let wrong = run(&cloud, "invoke", &["Consumer", "--event", file]).expect(1);
    let said = format!("error: no JSON in `{file}`: expected value in line 2, column 15\n");
    assert_eq!(wrong.stderr, said);
    run(&cloud, "invoke", &["Consumer"]).expect(2);
    assert_eq!(cloud.pid(), None, "the local cloud was not even started");
}
