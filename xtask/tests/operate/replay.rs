//! `replay`.

use std::fs;

use serde_json::{Value, json};
use testing::{Fault, LocalCloud, Reply, StandIn, eventually_that};

use crate::{deploy, lines, run, sighting};

/// The request ids of a function's invocations, the latest last.
fn requests(cloud: &LocalCloud, function: &str) -> Vec<String> {
    let logged = run(cloud, "logs", &[function, "--json"]).expect(0);
    let starts = lines(&logged).into_iter().filter(|line| line["message"].as_str().unwrap().starts_with("START "));
    starts.map(|line| line["request"].as_str().unwrap().to_owned()).collect()
}

fn kept(cloud: &LocalCloud) -> Vec<Value> {
    let url = format!("{}/_stackwright/events", cloud.endpoint());
    let listed = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async { testing::http_client().get(url).send().await.unwrap().bytes().await.unwrap() })
    });
    let listed: Value = serde_json::from_slice(&listed.join().unwrap()).unwrap();
    listed["invocations"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_failed_is_sent_again_to_the_code_of_now() {
    let cloud = LocalCloud::fresh();
    let validator = StandIn::answering(Reply::text(200, "valid"));
    validator.fail(Fault::Down);
    let system = deploy(&cloud, &validator.url("/validator"));
    let body = sighting("XW-1", "a model").to_string();
    run(&cloud, "send", &["SightingsQueue", &body]).expect(0);
    let requests = eventually_that("it was received", async || requests(&cloud, "Consumer"), |it| it.len() == 1).await;
    validator.recover();

    let file = cloud.folder().join("recording.json");
    let file = file.to_str().unwrap();
    let replayed = run(&cloud, "replay", &[&requests[0], "--json", "--record", file]).expect(0).json();
    let before = &replayed["before"];
    assert_eq!((&before["request"], &before["failed"]), (&json!(requests[0]), &json!(false)));
    assert_eq!(before["answer"]["batchItemFailures"].as_array().unwrap().len(), 1, "{replayed:#}");
    assert_eq!(replayed["event"]["Records"][0]["body"], body);
    assert_eq!(replayed["now"]["answer"], json!({"batchItemFailures": []}));
    assert_eq!(replayed["same"], false);
    assert_eq!(system.items("SightingsTable").await.len(), 1);

    // Beside each other; the event is the same message, which is kept once.
    let shown = run(&cloud, "replay", &[&requests[0]]).expect(0);
    let rows: Vec<_> = shown.stdout.lines().collect();
    assert!(rows[0].contains(": answered in ") && rows[0].contains("   now: answered in "), "{shown}");
    assert!(rows.iter().any(|row| row.ends_with(r#"|   "batchItemFailures": []"#)), "{shown}");
    assert!(shown.stderr.contains("the answer is another"), "{shown}");
    assert_eq!(system.items("SightingsTable").await.len(), 1);

    // What was recorded is sent again wherever the stack is, and tells now the same as then.
    let other = LocalCloud::fresh();
    let fresh = deploy(&other, &validator.url("/validator"));
    let again = run(&other, "replay", &["--from", file, "--json"]).expect(0).json();
    assert_eq!((&again["same"], &again["before"]["request"]), (&json!(true), &Value::Null));
    assert_eq!(fresh.items("SightingsTable").await.len(), 1);

    // A failure of the function is one of the command.
    run(&cloud, "invoke", &["Consumer", "--event", r#"{"Records": [{}]}"#]).expect(1);
    let last = self::requests(&cloud, "Consumer").pop().unwrap();
    let failed = run(&cloud, "replay", &[&last, "--json"]).expect(1);
    assert_eq!((&failed.json()["same"], &failed.json()["before"]["failed"]), (&json!(true), &json!(true)), "{failed}");
    assert!(failed.stderr.contains("error: the function `Consumer` failed: "), "{failed}");
}

#[tokio::test]
async fn events_are_kept_within_bounds_and_until_the_local_cloud_is_reset() {
    let cloud = LocalCloud::fresh();
    let unknown = ["8f507cfc-1b2c-4697-b07a-ac58fc914c95"];
    let system = deploy(&cloud, "http://127.0.0.1:1/");
    let none = run(&cloud, "replay", &unknown).expect(1);
    assert!(none.stderr.contains("of `spaceships` it keeps none"), "{none}");
    for number in 0..102 {
        system.try_invoke("spaceships-counts", &json!({"number": number})).await.unwrap();
    }
    system.invoke("spaceships-calculator", &json!({})).await;
    let events = kept(&cloud);
    let of = |name: &str| events.iter().filter(|it| it["function"].as_str().unwrap().ends_with(name)).count();
    assert_eq!((of(":spaceships-counts"), of(":spaceships-calculator")), (100, 1));
    let requests = requests(&cloud, "Counts");
    let oldest = run(&cloud, "replay", &[&requests[2], "--json"]).expect(0).json();
    assert_eq!(oldest["event"], json!({"number": 2}));

    let gone = run(&cloud, "replay", &[&requests[0]]).expect(1);
    for said in [
        &format!(
            "the local cloud keeps no event with the request id `{}`: of `spaceships` it keeps 101, since 20",
            requests[0]
        ),
        "it keeps of each function the last 100, and 16 MiB of all functions together",
        "cargo xtask logs spaceships --local --json",
    ] {
        assert!(gone.stderr.contains(said), "no {said} in {gone}");
    }

    // Large ones leave first, those of the function that has most of them.
    for _ in 0..4 {
        system.try_invoke("spaceships-calculator", &json!({"text": "x".repeat(5 << 20)})).await.unwrap();
    }
    let events = kept(&cloud);
    let of = |name: &str| events.iter().filter(|it| it["function"].as_str().unwrap().ends_with(name)).count();
    assert_eq!((of(":spaceships-counts"), of(":spaceships-calculator")), (100, 3));

    // They outlive the local cloud's process, and are data that `reset` deletes.
    cloud.run(&["local", "stop"]);
    cloud.run(&["local", "start"]);
    assert_eq!(kept(&cloud).len(), 103);
    cloud.run(&["local", "reset"]);
    assert_eq!(kept(&cloud), [json!(null); 0]);
}

#[test]
fn what_cannot_be_sent_again_is_told() {
    let cloud = LocalCloud::fresh();
    let _system = deploy(&cloud, "http://127.0.0.1:1/");
    let file = cloud.folder().join("recording.json");
    let recording = json!({"version": 1, "stack": "orders", "function": "Get", "time": "", "event": {}, "answer": null,
        "failed": false});
    let from = ["--from", file.to_str().unwrap()];
    for (content, said) in [
        ("{}".to_owned(), "is no recording of an invocation: missing field"),
        (recording.to_string(), "the recording is of the stack `orders`, not of `spaceships`"),
        (recording.to_string().replace("\"version\":1", "\"version\":2"), "is of version 2 of recordings"),
        (recording.to_string().replace("orders", "spaceships"), "`spaceships` has no function `Get`"),
    ] {
        fs::write(&file, &content).unwrap();
        let refused = run(&cloud, "replay", &from).expect(2);
        assert!(refused.stderr.contains(said), "no {said} in {refused}");
    }
    run(&cloud, "replay", &[]).expect(2);
    let no_id = run(&cloud, "replay", &["../health"]).expect(1);
    assert!(no_id.stderr.contains("keeps no event with the request id `../health`"), "{no_id}");
}
