//! Which properties differ, by their path.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use crate::expression::{self, is_function};

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
        (Some(Json::Object(before)), Some(Json::Object(after))) if !is_function(before) && !is_function(after) => {
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

impl expression::Known for Known<'_> {
    fn reference(&self, name: &str) -> Option<Json> {
        self.parameters.get(name).map(|value| value.as_str().into())
    }

    fn condition(&self, name: &str) -> Option<bool> {
        self.conditions.get(name).copied()
    }
}

/// Where the code of a function lies in its bucket.
pub(super) fn code_key(resource: &Json) -> Option<&str> {
    resource.pointer("/Properties/Code/S3Key").and_then(Json::as_str)
}
