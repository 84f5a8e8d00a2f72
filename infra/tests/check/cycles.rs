use serde_json::json;

use crate::support::{Any, check};

fn topic(display: &serde_json::Value) -> Any {
    Any("AWS::SNS::Topic", json!({"DisplayName": display}))
}

#[test]
fn a_circle_is_told_with_its_edges() {
    check(
        |stack| {
            stack.named("Apart").add(topic(&json!({"Fn::GetAtt": ["First", "TopicName"]})));
            stack.named("First").add(topic(&json!({"Fn::Sub": "${Second.TopicName}"})));
            let third = json!({"DisplayName": "second", "TracingConfig": {"Ref": "Third"}});
            stack.named("Second").add(Any("AWS::SNS::Topic", third));
            stack.named("Third").add(topic(&json!({"Fn::GetAtt": ["First", "TopicName"]})));
            stack.named("Last").add(topic(&json!("last")));
        },
        "error[circular-dependency]: `First` waits for itself: `First` -> `Second` (DisplayName) -> `Third` (TracingConfig) -> `First` (DisplayName)
  --> HERE
  help: refer to one of them by its name instead, or move the reference to a resource of its own",
    );
}

#[test]
fn a_resource_that_refers_to_itself_is_a_circle() {
    check(
        |stack| {
            stack.named("Own").add(topic(&json!({"Fn::GetAtt": ["Own", "TopicName"]})));
        },
        "error[circular-dependency]: `Own` waits for itself: `Own` -> `Own` (DisplayName)
  --> HERE
  help: refer to one of them by its name instead, or move the reference to a resource of its own",
    );
}

#[test]
fn a_long_chain_is_no_circle() {
    check(
        |stack| {
            stack.named("T0").add(topic(&json!("start")));
            for n in 1..400 {
                let previous = format!("T{}", n - 1);
                stack.named(format!("T{n}")).add(topic(&json!({"Fn::GetAtt": [previous, "TopicName"]})));
            }
        },
        "",
    );
}
