//! Bindings as the stack sees them.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy knows this of test functions, not of their helpers"
)]

use bindings::dynamodb::{GetItem, Index, PutItem, Query, Table};
use bindings::eventbridge::{EventBus, PutEvents};
use bindings::lambda::{Function, Invoke};
use bindings::s3::{Bucket, GetObject, ListObjectsV2, PutObject};
use bindings::sns::{Publish, Topic};
use bindings::sqs::{Queue, SendMessage};
use bindings::{Declaration, Url};
use serde::Serialize;
use serde_json::{Value, json};

/// What the binding of one service writes; `operations` are their names, each with its actions.
#[track_caller]
fn check(binding: &impl Serialize, variable: &Value, operations: &[(&str, &str)], resource: &Value) {
    let actions: Vec<_> = operations.iter().map(|(_, action)| action).collect();
    check_grants(binding, variable, operations, &json!([grant(&actions, resource)]));
}

fn grant(actions: &[impl Serialize], resource: &Value) -> Value {
    json!({ "actions": actions, "resource": resource, "conditions": [] })
}

#[track_caller]
fn check_grants<B: Serialize>(binding: &B, variable: &Value, operations: &[(&str, &str)], grants: &Value) {
    let serialised = serde_json::to_value(binding).unwrap();
    let type_name = std::any::type_name::<B>();
    let service = type_name.split("::").nth(1).unwrap();
    let operations: Vec<_> = operations
        .iter()
        .map(|(name, action)| json!({ "service": service, "name": name, "actions": [action] }))
        .collect();
    let expected = json!({ "type_name": type_name, "variable": variable, "grants": grants, "operations": operations });
    assert_eq!(serialised, expected);
    assert_eq!(json!(serde_json::from_value::<Declaration>(serialised.clone()).unwrap()), serialised);
}

#[test]
fn each_kind_says_its_variable_its_actions_and_where_they_are_granted() {
    let (variable, arn) = (json!({ "Ref": "It" }), json!({ "Fn::GetAtt": ["It", "Arn"] }));
    let declared = || (variable.clone(), arn.clone());

    let (name, on) = declared();
    check(&Table::<PutItem>::declared(name, on), &variable, &[("PutItem", "dynamodb:PutItem")], &arn);
    let (name, on) = declared();
    check(&Index::<Query>::declared(name, on), &variable, &[("Query", "dynamodb:Query")], &arn);
    let (name, on) = declared();
    check(&Function::<Invoke>::declared(name, on), &variable, &[("Invoke", "lambda:InvokeFunction")], &arn);
    let (url, on) = declared();
    check(&Queue::<SendMessage>::declared(url, on), &variable, &[("SendMessage", "sqs:SendMessage")], &arn);
    let (topic, on) = declared();
    check(&Topic::<Publish>::declared(topic, on), &variable, &[("Publish", "sns:Publish")], &arn);
    let (bus, on) = declared();
    check(&EventBus::<PutEvents>::declared(bus, on), &variable, &[("PutEvents", "events:PutEvents")], &arn);
}

#[test]
fn a_bucket_grants_objects_and_listing_each_where_iam_checks_it() {
    let (variable, arn) = (json!("logs/2026/"), json!({ "Fn::GetAtt": ["Logs", "Arn"] }));
    let bucket = |prefix| bindings::s3::target(variable.clone(), arn.clone(), prefix);
    let operations = [("PutObject", "s3:PutObject"), ("ListObjectsV2", "s3:ListBucket"), ("GetObject", "s3:GetObject")];
    let objects = |on: &str| grant(&["s3:PutObject", "s3:GetObject"], &json!({ "Fn::Sub": on }));
    let mut listing = grant(&["s3:ListBucket"], &arn);
    let whole = Bucket::<(PutObject, ListObjectsV2, GetObject)>::from(bucket(""));
    check_grants(&whole, &variable, &operations, &json!([objects("${Logs.Arn}/*"), listing]));
    listing["conditions"] = json!([{ "operator": "StringLike", "key": "s3:prefix", "values": ["2026/*"] }]);
    let limited = Bucket::<(PutObject, ListObjectsV2, GetObject)>::from(bucket("2026/"));
    check_grants(&limited, &variable, &operations, &json!([objects("${Logs.Arn}/2026/*"), listing]));

    let put = json!([grant(&["s3:PutObject"], &json!({ "Fn::Sub": "${Logs.Arn}/2026/*" }))]);
    check_grants(&Bucket::<PutObject>::from(bucket("2026/")), &variable, &operations[..1], &put);
}

#[test]
fn the_keys_of_a_bound_bucket_are_below_its_prefix() {
    let bound = |text: &str| serde_json::from_value::<Bucket<PutObject>>(json!(text)).unwrap();
    let logs = bound("logs-123/2026/11/");
    assert_eq!((logs.name(), logs.prefix()), ("logs-123", "2026/11/"));
    assert_eq!(logs.key("22.json"), "2026/11/22.json");
    assert_eq!((bound("logs-123/").name(), bound("logs-123/").key("a")), ("logs-123", "a".to_owned()));
}

#[test]
fn several_operations_are_granted_in_the_order_of_the_type() {
    let table = Table::<(PutItem, GetItem, Query)>::declared(json!("cache"), json!("arn"));
    let operations = [("PutItem", "dynamodb:PutItem"), ("GetItem", "dynamodb:GetItem"), ("Query", "dynamodb:Query")];
    check(&table, &json!("cache"), &operations, &json!("arn"));
}

#[test]
fn an_address_grants_nothing() {
    let address = json!({ "Ref": "ModelValidatorUrl" });
    check_grants(&Url::declared(address.clone()), &address, &[], &json!([]));
}

#[test]
fn bindings_of_a_program_serialise_by_field() {
    #[derive(Serialize)]
    struct Bindings {
        sightings: Table<PutItem>,
        validator_url: Url,
    }
    let bindings = Bindings {
        sightings: Table::declared(json!("sightings"), json!("arn")),
        validator_url: Url::declared(json!("https://example.com")),
    };
    let declarations: std::collections::BTreeMap<String, Declaration> =
        serde_json::from_value(serde_json::to_value(bindings).unwrap()).unwrap();
    assert_eq!(declarations.keys().collect::<Vec<_>>(), ["sightings", "validator_url"]);
    assert_eq!(declarations["validator_url"].grants, []);
}
