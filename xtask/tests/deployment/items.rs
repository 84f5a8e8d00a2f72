//! The types of items that earlier deployments stored are still known, and tell what a new reader could not read.

use serde_json::{Value, json};

use crate::project::Project;

fn object(required: &[&str]) -> String {
    let text = |name: &&str| ((*name).to_owned(), json!({"type": "string"}));
    let properties: serde_json::Map<String, Value> = required.iter().map(text).collect();
    json!({"type": "object", "required": required, "properties": properties}).to_string()
}

/// A table into which one function writes items with the fields `written`, and from which another reads such with `read`.
/// `delay` of a queue changes with each deployment, for of metadata alone CloudFormation takes no notice.
fn orders(delay: u8, written: &[&str], read: &[&str]) -> String {
    let kept =
        |line: u8, fields: &[&str]| json!({"Order": {"Place": format!("order.rs:{line}:1"), "Schema": object(fields)}});
    let ends = json!({"Sent": {"Writer.orders": "Order"}, "Taken": {"Reader.orders": "Order"}});
    let messages = json!({"Sent": kept(delay, written), "Taken": kept(100 + delay, read), "Tables": {"Orders": ends}});
    let table = json!({
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        },
    });
    let queue = json!({"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": delay}});
    json!({
        "Metadata": {"stackwright:messages": messages},
        "Resources": {"Orders": table, "Queue": queue},
    })
    .to_string()
}

#[test]
fn what_was_stored_before_the_last_deployment_is_known_after_it() {
    let project = Project::new(&orders(1, &["id"], &["id"]));
    project.deploy().expect(0);
    project.change(&orders(2, &["id", "price"], &["id"]));
    let second = project.deploy().expect(0);
    assert!(!second.stderr.contains("item-changed"), "what is added is fine: {second}");
    project.run(&["diff", "orders", "--exit-code"]).expect(0);

    // All that the deployed function writes has a price. What the first one wrote has none.
    project.change(&orders(3, &["id", "price"], &["id", "price"]));
    let shown = project.run(&["diff", "orders"]).expect(0);
    let warning = "warning[item-changed]: an earlier deployment wrote `Order` (order.rs:1:1) into `Orders`, and `Reader` will \
                   read `Order`: in items that are stored, `price` is needed and never written";
    assert!(shown.stdout.contains(warning) || shown.stderr.contains(warning), "{shown}");
}
