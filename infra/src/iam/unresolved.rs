//! The policies of a template without what only CloudFormation knows.
//!
//! What an intrinsic function yields is taken for a policy variable of its own, such as `${cfn:...}`: it is only itself,
//! and `*` covers it. So policies of templates can be read, evaluated and compared as any others.

use policies::unknown::{self, variable};
use serde_json::Value as Json;

use crate::expression::{Expression, Piece, Sub, name_of_unknown};

/// The elements of policies that take a list where they take a single value: a condition of the template that chooses
/// one of two stands for both, so that neither is passed over.
const TAKES_A_LIST: [&str; 9] =
    ["AWS", "Action", "CanonicalUser", "Federated", "NotAction", "NotResource", "Resource", "Service", "Statement"];

/// The policy `document` of a template with variables for its intrinsic functions.
#[must_use]
pub fn with_variables(document: &Json) -> Json {
    // The language before 2012 has no variables: what looks like one is text.
    let has_variables = document.get("Version").and_then(Json::as_str) == Some("2012-10-17");
    resolve(document, has_variables)
}

/// The same of a part of a policy whose language has variables or not.
#[must_use]
pub fn resolve(json: &Json, has_variables: bool) -> Json {
    match json {
        Json::String(text) => literal(text, has_variables).into(),
        Json::Array(items) => items.iter().flat_map(alternatives).map(|item| resolve(item, has_variables)).collect(),
        Json::Object(_) if Expression::of(json).is_function() => function(json, has_variables),
        Json::Object(members) => {
            let resolved = members.iter().map(|(name, member)| {
                let either = member.get("Fn::If").is_some() && TAKES_A_LIST.contains(&name.as_str());
                let member = if either { &Json::Array(vec![member.clone()]) } else { member };
                (name.clone(), resolve(member, has_variables))
            });
            resolved.collect()
        }
        other => other.clone(),
    }
}

/// The text with names in place of its variables: `${cfn:...}` for `Sightings.Arn` becomes `${Sightings.Arn}`.
///
/// ```
/// use infra::iam::{name_variables, with_variables};
/// use serde_json::json;
///
/// let policy = with_variables(&json!({"Statement": [{"Resource": {"Fn::GetAtt": ["Sightings", "Arn"]}}]}));
/// let resource = policy["Statement"][0]["Resource"].as_str().unwrap();
/// assert_eq!(name_variables(resource), "${Sightings.Arn}");
/// ```
#[must_use]
pub fn name_variables(text: &str) -> String {
    unknown::named(text).into_owned()
}

/// Whether it is a text, or an intrinsic function that yields one.
fn is_text(json: &Json) -> bool {
    match Expression::of(json) {
        Expression::Scalar(_) => true,
        other => other.is_function(),
    }
}

/// The items that may be in a list in place of `item`: both sides of a condition, of which nothing else is known, and
/// nothing for no value.
fn alternatives(item: &Json) -> Vec<&Json> {
    match Expression::of(item) {
        Expression::If(_, then, otherwise) => [then, otherwise].into_iter().flat_map(alternatives).collect(),
        Expression::Ref("AWS::NoValue") => Vec::new(),
        _ => vec![item],
    }
}

fn function(json: &Json, has_variables: bool) -> Json {
    let of_json = || variable(&name_of_unknown(json));
    match Expression::of(json) {
        Expression::Ref(name) => variable(name).into(),
        Expression::GetAtt(id, attribute) => variable(&format!("{id}.{attribute}")).into(),
        Expression::Sub(sub) => substituted(sub, has_variables).into(),
        Expression::Join(delimiter, parts) => joined(delimiter, parts, has_variables).unwrap_or_else(of_json).into(),
        // What one side opens is open, whatever the other says.
        Expression::If(_, then, otherwise) => {
            let sides = [then, otherwise];
            let widest = sides.iter().find(|side| ***side == "*").or_else(|| sides.iter().find(|side| !is_text(side)));
            widest.map_or_else(|| of_json().into(), |side| resolve(side, has_variables))
        }
        _ => of_json().into(),
    }
}

/// The text of `Fn::Join`, when all that it joins is text or becomes a variable.
fn joined(delimiter: &str, parts: &Json, has_variables: bool) -> Option<String> {
    let parts = parts.as_array()?.iter().map(|part| resolve(part, has_variables).as_str().map(str::to_owned));
    Some(parts.collect::<Option<Vec<_>>>()?.join(delimiter))
}

/// The text of `Fn::Sub`, where `${!name}` is the text `${name}`.
fn substituted(sub: Sub<'_>, has_variables: bool) -> String {
    let piece = |piece| match piece {
        Piece::Text(text) => literal(text, has_variables),
        Piece::Escaped(name) => literal(&format!("${{{name}}}"), has_variables),
        Piece::Ref(name) => variable(name),
        Piece::Variable(name, value) => {
            resolve(value, has_variables).as_str().map_or_else(|| variable(name), str::to_owned)
        }
        Piece::GetAtt(id, attribute) => variable(&format!("{id}.{attribute}")),
    };
    sub.pieces().map(piece).collect()
}

fn literal(text: &str, has_variables: bool) -> String {
    if has_variables { text.to_owned() } else { text.replace("${", "${$}{") }
}
