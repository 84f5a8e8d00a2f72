//! Which properties differ, by their path.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::iam::is_intrinsic;

/// A property that a deployment changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PropertyChange {
    /// Its path, such as `Environment.Variables.SIGHTINGS` or `Policies[0].PolicyDocument`.
    pub path: String,
    /// Its value now, when it has one.
    pub before: Option<Json>,
    /// Its value afterwards, when it has one.
    pub after: Option<Json>,
    /// Whether the change replaces the resource.
    pub replaces: bool,
    /// The replaced resource that its value refers to, when the expression itself stays the same.
    pub follows: Option<String>,
}

impl PropertyChange {
    pub(super) fn new(path: impl Into<String>, before: Option<Json>, after: Option<Json>) -> Self {
        Self { path: path.into(), before, after, replaces: false, follows: None }
    }

    pub(super) fn follows(path: String, replaced: &str) -> Self {
        Self { follows: Some(replaced.to_owned()), ..Self::new(path, None, None) }
    }

    pub(super) fn replacing(self) -> Self {
        Self { replaces: true, ..self }
    }

    /// Whether it gives an attribute of a table's keys another type, which AWS's schema does not tell from adding one.
    pub(super) fn is_new_type_of_key(&self) -> bool {
        let of_attribute = self.path.starts_with("AttributeDefinitions[") && self.path.ends_with("].AttributeType");
        of_attribute && self.before.is_some() && self.after.is_some()
    }
}

/// What identifies an entry of a list whose order means nothing.
const ENTRY_NAMES: [&str; 6] = ["IndexName", "PolicyName", "AttributeName", "Key", "Name", "Sid"];

/// The differences between two property trees, by path.
pub(super) fn between(before: &Json, after: &Json) -> Vec<PropertyChange> {
    let mut changes = Vec::new();
    compare(String::new(), Some(before), Some(after), &mut changes);
    changes
}

fn compare(path: String, before: Option<&Json>, after: Option<&Json>, changes: &mut Vec<PropertyChange>) {
    match (before, after) {
        (Some(before), Some(after)) if is_same(before, after) => {}
        (Some(Json::Object(before)), Some(Json::Object(after))) if !is_intrinsic(before) && !is_intrinsic(after) => {
            let removed = before.keys().filter(|name| !after.contains_key(*name));
            for name in after.keys().chain(removed) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(path, before.get(name), after.get(name), changes);
            }
        }
        (Some(Json::Array(before)), Some(Json::Array(after))) => compare_lists(path, before, after, changes),
        (before, after) => changes.push(PropertyChange::new(path, before.cloned(), after.cloned())),
    }
}

fn compare_lists(path: String, before: &[Json], after: &[Json], changes: &mut Vec<PropertyChange>) {
    let ordered = path.ends_with("KeySchema");
    if let (false, Some(old), Some(new)) = (ordered, by_name(before), by_name(after)) {
        let removed = old.keys().filter(|name| !new.contains_key(*name));
        for name in new.keys().chain(removed) {
            compare(format!("{path}[{name}]"), old.get(name).copied(), new.get(name).copied(), changes);
        }
    } else if before.len() == after.len() {
        for (index, (before, after)) in before.iter().zip(after).enumerate() {
            compare(format!("{path}[{index}]"), Some(before), Some(after), changes);
        }
    } else {
        changes.push(PropertyChange::new(path, Some(before.to_vec().into()), Some(after.to_vec().into())));
    }
}

/// The entries by the property that names them, when all have it and no two share it.
fn by_name(entries: &[Json]) -> Option<indexmap::IndexMap<&str, &Json>> {
    ENTRY_NAMES.iter().find_map(|property| {
        let named: indexmap::IndexMap<_, _> =
            entries.iter().map(|entry| Some((entry.get(property)?.as_str()?, entry))).collect::<Option<_>>()?;
        (named.len() == entries.len()).then_some(named)
    })
}

/// CloudFormation takes `"30"` for `30` and `"true"` for `true`.
fn is_same(before: &Json, after: &Json) -> bool {
    let scalar = |json: &Json| match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string()),
        _ => None,
    };
    before == after || scalar(before).is_some_and(|before| Some(before) == scalar(after))
}

/// What is known of a template's values before it is deployed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The values of its parameters.
    pub(super) parameters: &'a BTreeMap<String, String>,
    /// Its conditions, with whether they hold.
    pub(super) conditions: &'a BTreeMap<&'a str, bool>,
}

/// `json` with references to parameters replaced by their values, and `Fn::If` by the branch that is taken.
pub(super) fn resolve(json: &Json, known: Known<'_>) -> Json {
    match json {
        Json::Object(object) if object.len() == 1 => {
            intrinsic(object, known).unwrap_or_else(|| resolve_entries(object, known))
        }
        Json::Object(object) => resolve_entries(object, known),
        Json::Array(items) => items.iter().map(|item| resolve(item, known)).collect(),
        other => other.clone(),
    }
}

fn resolve_entries(object: &Map<String, Json>, known: Known<'_>) -> Json {
    let resolved = object.iter().map(|(name, value)| (name.clone(), resolve(value, known)));
    resolved.filter(|(_, value)| value.get("Ref").and_then(Json::as_str) != Some("AWS::NoValue")).collect()
}

fn intrinsic(object: &Map<String, Json>, known: Known<'_>) -> Option<Json> {
    let (function, argument) = object.iter().next()?;
    match function.as_str() {
        "Ref" => known.parameters.get(argument.as_str()?).map(|value| Json::String(value.clone())),
        "Fn::Sub" => Some(fill(argument, known)),
        "Fn::If" => {
            let holds = known.conditions.get(argument.get(0)?.as_str()?)?;
            Some(resolve(argument.get(if *holds { 1 } else { 2 })?, known))
        }
        _ => None,
    }
}

/// A text with references to parameters within it; a variable of the function's own hides the parameter of its name.
fn fill(argument: &Json, known: Known<'_>) -> Json {
    let own = |name: &String| argument.get(1).is_some_and(|variables| variables.get(name).is_some());
    let filled = |text: &str| {
        let parameters = known.parameters.iter().filter(|(name, _)| !own(name));
        parameters.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
    };
    let argument = match argument {
        Json::String(text) => json!(filled(text)),
        Json::Array(parts) => {
            let part = |part: &Json| part.as_str().map_or_else(|| resolve(part, known), |text| json!(filled(text)));
            parts.iter().map(part).collect()
        }
        other => other.clone(),
    };
    json!({ "Fn::Sub": argument })
}

/// Where the code of a function lies in its bucket.
pub(super) fn code_key(resource: &Json) -> Option<&str> {
    resource.pointer("/Properties/Code/S3Key").and_then(Json::as_str)
}

/// The paths of the properties whose values refer to the resource `id`.
pub(super) fn references(json: &Json, id: &str) -> Vec<String> {
    let mut paths = Vec::new();
    find_references(String::new(), json, id, &mut paths);
    paths
}

fn find_references(path: String, json: &Json, id: &str, paths: &mut Vec<String>) {
    match json {
        Json::Object(object) if is_intrinsic(object) && refers(object, id) => paths.push(path),
        Json::Object(object) if is_intrinsic(object) => {}
        Json::Object(object) => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                find_references(path, value, id, paths);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find_references(format!("{path}[{index}]"), item, id, paths);
            }
        }
        _ => {}
    }
}

fn refers(intrinsic: &Map<String, Json>, id: &str) -> bool {
    intrinsic.iter().any(|(function, argument)| match (function.as_str(), argument) {
        ("Ref", Json::String(target)) => target == id,
        ("Fn::GetAtt", Json::Array(path)) => path.first().and_then(Json::as_str) == Some(id),
        ("Fn::Sub", argument) => {
            let template = argument.as_str().or_else(|| argument.get(0)?.as_str()).unwrap_or_default();
            template.contains(&format!("${{{id}}}")) || template.contains(&format!("${{{id}."))
        }
        (_, argument) => {
            !matches!(argument, Json::String(_)) && {
                let mut paths = Vec::new();
                find_references(String::new(), argument, id, &mut paths);
                !paths.is_empty()
            }
        }
    })
}

/// A value as a person reads it: text without quotes, `!GetAtt Queue.Arn`, other things as compact JSON.
pub(super) fn display(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Object(object) if is_intrinsic(object) => {
            let (function, argument) = match object.iter().next() {
                Some((function, argument)) => (function.trim_start_matches("Fn::"), argument),
                None => return String::new(),
            };
            let argument = match argument {
                Json::Array(path) if function == "GetAtt" => path.iter().map(display).collect::<Vec<_>>().join("."),
                other => display(other),
            };
            format!("!{function} {argument}")
        }
        other => other.to_string(),
    }
}
