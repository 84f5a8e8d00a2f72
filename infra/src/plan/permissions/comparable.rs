//! The policies of a template as ones that can be compared: without what only CloudFormation knows.
//!
//! What an intrinsic function yields is taken for a policy variable of its own: it is only itself, and `*` covers it.

use std::fmt::Write as _;

use policies::contain::wider;
use policies::{Action, Effect, PolicyDocument, Principal, Statement, parse};
use serde_json::{Value as Json, json};

use crate::plan::properties::is_intrinsic;

/// The policy that has only the statement `statement` of `document`; nothing when it cannot be read.
pub(super) fn policy(document: &Json, statement: &Json) -> Option<PolicyDocument> {
    // The language before 2012 has no variables: what looks like one is text.
    let has_variables = document.get("Version").and_then(Json::as_str) == Some("2012-10-17");
    let statement = comparable(statement, has_variables);
    parse::value(&json!({"Version": "2012-10-17", "Statement": [statement]})).ok()
}

/// Whether it is certain that the statements of `part` allow nothing beyond what `before` did, given the denials of `after`.
pub(super) fn is_allowed_already(part: &PolicyDocument, before: &[PolicyDocument], after: &[PolicyDocument]) -> bool {
    let after: Vec<_> = denials(after).chain([part.clone()]).collect();
    wider(before, &after).is_contained()
}

/// Whether it is certain that what the denial `part` denied is denied by `after` too, whatever allows it.
pub(super) fn is_denied_still(part: &PolicyDocument, after: &[PolicyDocument]) -> bool {
    let of_resource = part.statement.iter().any(|statement| statement.principal.is_some());
    let all = Statement::allow([Action::new("*")]).on("*");
    let all = PolicyDocument::from([if of_resource { all.principal(Principal::Any) } else { all }]);
    let after: Vec<_> = denials(after).chain([all.clone()]).collect();
    wider(&[part.clone(), all], &after).is_contained()
}

fn denials(policies: &[PolicyDocument]) -> impl Iterator<Item = PolicyDocument> {
    let denies = |policy: &&PolicyDocument| policy.statement.iter().all(|it| it.effect == Effect::Deny);
    policies.iter().filter(denies).cloned()
}

fn comparable(json: &Json, has_variables: bool) -> Json {
    match json {
        Json::String(text) => literal(text, has_variables).into(),
        Json::Array(items) => items.iter().map(|item| comparable(item, has_variables)).collect(),
        Json::Object(object) if is_intrinsic(object) => {
            let attribute = |path: &Json| match path {
                Json::Array(path) => Some(path.iter().map(Json::as_str).collect::<Option<Vec<_>>>()?.join(".")),
                other => other.as_str().map(str::to_owned),
            };
            let reference = json.get("Ref").and_then(Json::as_str).map(str::to_owned);
            if let Some(name) = reference.or_else(|| json.get("Fn::GetAtt").and_then(attribute)) {
                return variable(&name).into();
            }
            let template = json.get("Fn::Sub").and_then(Json::as_str);
            template.map_or_else(|| variable(&json.to_string()), |template| substituted(template, has_variables)).into()
        }
        Json::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), comparable(member, has_variables))).collect()
        }
        other => other.clone(),
    }
}

/// The template of `Fn::Sub`, where `${!name}` is the text `${name}`.
fn substituted(template: &str, has_variables: bool) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        text += before;
        text += &match name.strip_prefix('!') {
            Some(name) => literal(&format!("${{{name}}}"), has_variables),
            None => variable(name.trim()),
        };
        rest = after;
    }
    text + &literal(rest, has_variables)
}

fn literal(text: &str, has_variables: bool) -> String {
    if has_variables { text.to_owned() } else { text.replace("${", "${$}{") }
}

/// A variable for what CloudFormation knows as `name`; variables have no case, and logical ids do.
fn variable(name: &str) -> String {
    let mut variable = "${cfn:".to_owned();
    for char in name.chars() {
        if char.is_ascii_lowercase() || char.is_ascii_digit() || char == '.' {
            variable.push(char);
        } else {
            // A `String` takes all that is written.
            let _ = write!(variable, "+{:x}+", u32::from(char));
        }
    }
    variable + "}"
}
