//! What others write, as templates of CloudFormation: so there is one way to read policies, and one set of rules.
//!
//! Each translation says only what is about policies, and remembers where each part is written.

mod account;
mod serverless;
mod terraform;

use infra::template::{ParseError, Translation, Written};
use serde_json::{Map, Value as Json, json};

/// The version of the language in which policies are that somebody else makes.
const VERSION: &str = "2012-10-17";

/// Reads a template written as JSON or as YAML. Of a serverless application, it is what AWS's macro makes of it, as far as
/// that is about policies.
///
/// ```
/// let text = "
/// Transform: AWS::Serverless-2016-10-31
/// Resources:
///   Worker: {Type: AWS::Serverless::Function, Properties: {Handler: bootstrap, Runtime: provided.al2023}}
/// ";
/// let written = translate::template(text)?;
/// assert!(written.template.resource("WorkerRole").is_some());
/// # Ok::<(), infra::template::ParseError>(())
/// ```
///
/// # Errors
/// When the text is neither, its top level is not a mapping, or its values are nested too deep.
pub fn template(text: &str) -> Result<Written, ParseError> {
    let written = Written::parse(text)?;
    Ok(match serverless(written.template.as_json()) {
        Some(translation) => written.with(translation),
        None => written,
    })
}

/// What AWS's macro makes of the template of a serverless application, as far as that is about policies; none of any other
/// template.
#[must_use]
pub fn serverless(template: &Map<String, Json>) -> Option<Translation> {
    serverless::translate(template)
}

/// Reads what `terraform show -json` prints of a plan, as the template of the same policies. The resources are called by
/// their addresses.
///
/// # Errors
/// When the text is no JSON.
pub fn terraform_plan(text: &str) -> Result<Written, ParseError> {
    Written::translated(text, terraform::translate)
}

/// Reads what `aws iam get-account-authorization-details` prints, in one page or in several after each other, as the template
/// of the same policies. The resources are called as in `role/deployer`.
///
/// # Errors
/// When the text is no JSON.
pub fn authorization_details(text: &str) -> Result<Written, ParseError> {
    Written::translated(text, account::translate)
}

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
