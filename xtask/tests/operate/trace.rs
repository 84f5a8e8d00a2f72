//! `trace`.

use serde_json::{Value, json};
use testing::{Fault, LocalCloud, Reply, StandIn, eventually_that};

use crate::{deploy, run, sighting};

fn trace(cloud: &LocalCloud, stack: &str, id: &str) -> Value {
    let traced = cloud.attempt(&["trace", stack, id, "--json", "--local"]);
    if traced.stdout.is_empty() { Value::Null } else { traced.json() }
}

/// What a trace is once it ends in as many places as `count`.
async fn ended(cloud: &LocalCloud, stack: &str, id: &str, count: usize) -> Value {
    let look = async || trace(cloud, stack, id);
    let is_ended = |traced: &Value| traced["ends"].as_array().is_some_and(|ends| ends.len() == count);
    eventually_that("the trace has ended", look, is_ended).await
}

fn steps(traced: &Value) -> Vec<String> {
    let steps = traced["steps"].as_array().unwrap().iter();
    let text = |step: &Value| {
        let effects = step["effects"].as_array().unwrap().iter();
        let effects = effects.map(|it| format!("{} {}", it["operation"], it["to"]).replace('"', ""));
        let from = step["from"].as_str().unwrap_or("nobody");
        let (function, outcome) = (step["function"].as_str().unwrap(), step["outcome"].as_str().unwrap());
        format!("{function} from {from}: {}; {outcome}", effects.collect::<Vec<_>>().join(", "))
    };
    steps.map(text).collect()
}

#[tokio::test]
async fn an_order_is_followed_from_the_request_to_where_it_is_kept() {
    let cloud = LocalCloud::fresh();
    let system = cloud.deploy("orders");
    let order = |id: &str| json!({"id": id, "amount": 5, "fromAccount": "1", "toAccount": "2"}).to_string();
    let answer = system.post("ApiUrl", "/orders", order("order-1")).await.expect(202).json();
    system.post("ApiUrl", "/orders", order("order-10")).await.expect(202);
    let message = answer["messageId"].as_str().unwrap();

    let traced = ended(&cloud, "orders", message, 3).await;
    let key = format!("OrdersBucket/orders/order-1/{message}.json");
    let expected = [
        "Submit from POST /orders: SendMessage OrdersQueue; done".to_owned(),
        format!("Processor from OrdersQueue: PutObject {key}, PutItem OrdersTable; done"),
    ];
    assert_eq!(steps(&traced), expected, "{traced:#}");
    let (submit, processor) = (&traced["steps"][0], &traced["steps"][1]);
    assert_eq!((&submit["status"], &submit["effects"][0]["id"]), (&json!(202), &json!(message)));
    assert_eq!((&processor["message"], &processor["receive_count"]), (&json!(message), &json!(1)));
    assert!(processor["said"][0]["text"].as_str().unwrap().contains("order_id=order-1"), "{processor:#}");
    assert_eq!(traced["traces"].as_array().unwrap().len(), 1, "one trace from end to end: {traced:#}");
    let ends = json!([
        {"kind": "written", "to": key},
        {"kind": "written", "to": "OrdersTable"},
        {"kind": "answered", "to": "POST /orders", "status": 202},
    ]);
    assert_eq!(traced["ends"], ends);

    // By any id of it the same is found, and nothing of the other order.
    let request = submit["request"].as_str().unwrap();
    for id in [request, traced["traces"][0].as_str().unwrap(), submit["ids"][0].as_str().unwrap(), "order-1"] {
        assert_eq!(steps(&trace(&cloud, "orders", id)), expected, "{id}");
    }
    let text = cloud.attempt(&["trace", "orders", message, "--local"]).expect(0);
    for said in
        ["Submit  from POST /orders", "-> OrdersTable  DynamoDB PutItem, ", "=> written to OrdersTable", "answered 202"]
    {
        assert!(text.stdout.contains(said), "no {said} in {text}");
    }
}

#[tokio::test]
async fn a_callers_trace_and_correlation_id_are_kept() {
    let cloud = LocalCloud::fresh();
    let system = cloud.deploy("order-requests");
    let body = json!({"request_id": "request-1", "status": "pending"}).to_string();
    let request = system.request(reqwest::Method::POST, "ApiUrl", "/requests").body(body);
    let request = request.header("traceparent", "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
    testing::Answer::to(request.header("X-Correlation-Id", "correlation-1")).await.expect(202);
    for id in ["correlation-1", "1-5759e988-bd862e3fe1be46a994272793"] {
        let look = async || trace(&cloud, "order-requests", id);
        let is_processed = |traced: &Value| traced["steps"].as_array().is_some_and(|steps| steps.len() == 2);
        let traced = eventually_that("the request is processed", look, is_processed).await;
        assert_eq!(traced["traces"], json!(["1-5759e988-bd862e3fe1be46a994272793"]));
        assert_eq!(
            (&traced["steps"][0]["function"], &traced["steps"][1]["function"]),
            (&json!("Request"), &json!("Processing"))
        );
        assert_eq!(traced["steps"][1]["from"], "PendingQueue", "through the topic: {traced:#}");
    }
}

#[tokio::test]
async fn a_poisoned_message_is_followed_into_its_dead_letter_queue_and_out_again() {
    let cloud = LocalCloud::fresh();
    let validator = StandIn::answering(Reply::text(200, "valid"));
    validator.fail(Fault::Down);
    let system = deploy(&cloud, &validator.url("/validator"));
    system.redeliver_after("SightingsQueueUrl", 1).await;
    let send = |ship: &str| {
        let sent =
            run(&cloud, "send", &["SightingsQueue", &sighting(ship, "a model").to_string(), "--group", ship, "--json"]);
        sent.expect(0).json()["id"].as_str().unwrap().to_owned()
    };
    let (poisoned, _other) = (send("XW-1"), send("YW-2"));
    let look = async || trace(&cloud, "spaceships", &poisoned);
    // A message that is hidden for a second only may be there before the last attempt has ended.
    let is_dead = |traced: &Value| {
        let has_ended = traced["steps"].as_array().is_some_and(|steps| steps.len() >= 3);
        has_ended && traced["ends"] == json!([{"kind": "dead", "to": "SightingsDlq", "present": true}])
    };
    let traced = eventually_that("it is in the dead-letter queue", look, is_dead).await;
    assert_eq!(steps(&traced)[0], "Consumer from SightingsQueue: ; returned");
    assert_eq!(traced["steps"].as_array().unwrap().len(), 3, "{traced:#}");
    for (step, count) in traced["steps"].as_array().unwrap().iter().zip(1..) {
        assert_eq!((&step["message"], &step["receive_count"]), (&json!(poisoned), &json!(count)));
        assert_eq!(step["outcome"], "returned");
        let mut effects = step["effects"].as_array().unwrap().iter();
        let asked = "ConditionalCheckFailedException";
        assert!(
            effects.all(|it| it["error"].as_str().unwrap().starts_with(asked)),
            "asked whether it is kept: {step:#}"
        );
        assert!(step["said"].to_string().contains("the message returns to the queue"), "why it failed: {step:#}");
        assert_eq!(step["said"].as_array().unwrap().iter().filter(|it| it["level"] == "error").count(), 1, "{step:#}");
    }
    let text = run(&cloud, "trace", &[&poisoned]).expect(0);
    assert!(text.stdout.contains("received 3 times"), "{text}");
    assert!(text.stdout.contains("=> in the dead-letter queue SightingsDlq"), "{text}");

    validator.recover();
    let redriven = run(&cloud, "redrive", &["SightingsDlq", "--filter", "XW-1", "--json"]).expect(0).json();
    let moved = redriven["messages"][0]["new_id"].as_str().unwrap();
    let traced = ended(&cloud, "spaceships", moved, 2).await;
    assert_eq!(
        traced["ends"],
        json!([{"kind": "written", "to": "ModelCache"}, {"kind": "written", "to": "Sightings"}])
    );
}

#[tokio::test]
async fn an_upload_is_followed_through_rule_topic_and_queue() {
    let cloud = LocalCloud::fresh();
    let system = cloud.deploy("event-driven");
    system.put_object("S3BucketName", "followed.txt", "text").await;
    let look = async || trace(&cloud, "event-driven", "followed.txt");
    let is_audited = |traced: &Value| traced["ends"] == json!([{"kind": "written", "to": "Audit"}]);
    let traced = eventually_that("it is audited", look, is_audited).await;
    assert_eq!(steps(&traced), ["AuditLogger from AuditQueue: PutItem Audit; done"], "{traced:#}");
}

#[test]
fn an_id_that_no_function_says_is_told() {
    let cloud = LocalCloud::fresh();
    let _system = deploy(&cloud, "http://127.0.0.1:1/");
    let missing = run(&cloud, "trace", &["no-such-id"]).expect(1);
    for said in ["no function of `spaceships` says anything of `no-such-id` in the last 1 h", "`--since 1d`", "`peek`"]
    {
        assert!(missing.stderr.contains(said), "no {said} in {missing}");
    }
    run(&cloud, "trace", &["a\"b"]).expect(2);
}
