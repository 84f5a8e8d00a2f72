//! What others write, as templates of CloudFormation: so there is one way to read policies, and one set of rules.
//!
//! Each translation says only what is about policies, and remembers where each part is written.

mod account;
mod serverless;
mod terraform;

use serde_json::{Map, Value as Json, json};

pub(crate) use account::translate as account;
pub(crate) use serverless::{
    MACRO as SERVERLESS_MACRO, translate as serverless, translation as serverless_translation,
};
pub(crate) use terraform::translate as terraform;

/// The version of the language in which policies are that somebody else makes.
const VERSION: &str = "2012-10-17";

/// A policy with these statements.
fn policy(statements: &Json) -> Json {
    json!({"Version": VERSION, "Statement": statements})
}

/// Who may assume a role that is for a service.
fn trust(service: &str) -> Json {
    policy(&json!([{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]))
}

/// A resource of this type.
fn resource(resource_type: &str, properties: Map<String, Json>) -> Json {
    json!({"Type": resource_type, "Properties": Json::Object(properties)})
}

/// The members of an object; none of anything else.
fn members(json: &Json) -> impl Iterator<Item = (&String, &Json)> {
    json.as_object().into_iter().flatten()
}

/// The items of a list; none of anything else.
fn items(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}
