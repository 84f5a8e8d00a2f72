//! Bindings as the stack sees them.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy knows this of test functions, not of their helpers"
)]

use bindings::dynamodb::{GetItem, Index, PutItem, Query, Table};
use bindings::lambda::{Function, Invoke};
use bindings::sqs::{Queue, SendMessage};
use bindings::{Declaration, Url};
use serde::Serialize;
use serde_json::{Value, json};

#[track_caller]
fn check(binding: &impl Serialize, variable: &Value, actions: &[&str], resource: &Value) {
    let serialised = serde_json::to_value(binding).unwrap();
    assert_eq!(serialised, json!({ "variable": variable, "actions": actions, "resource": resource }));
    assert_eq!(json!(serde_json::from_value::<Declaration>(serialised.clone()).unwrap()), serialised);
}

#[test]
fn each_kind_says_its_variable_its_actions_and_where_they_are_granted() {
    let (variable, arn) = (json!({ "Ref": "It" }), json!({ "Fn::GetAtt": ["It", "Arn"] }));
    let declared = || (variable.clone(), arn.clone());

    let (name, on) = declared();
    check(&Table::<PutItem>::declared(name, on), &variable, &["dynamodb:PutItem"], &arn);
    let (name, on) = declared();
    check(&Index::<Query>::declared(name, on), &variable, &["dynamodb:Query"], &arn);
    let (name, on) = declared();
    check(&Function::<Invoke>::declared(name, on), &variable, &["lambda:InvokeFunction"], &arn);
    let (url, on) = declared();
    check(&Queue::<SendMessage>::declared(url, on), &variable, &["sqs:SendMessage"], &arn);
}

#[test]
fn several_operations_are_granted_in_the_order_of_the_type() {
    let table = Table::<(PutItem, GetItem, Query)>::declared(json!("cache"), json!("arn"));
    check(&table, &json!("cache"), &["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:Query"], &json!("arn"));
}

#[test]
fn an_address_grants_nothing() {
    let address = json!({ "Ref": "ModelValidatorUrl" });
    check(&Url::declared(address.clone()), &address, &[], &Value::Null);
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
    assert_eq!(declarations["validator_url"].resource, None);
}
