//! Which properties differ, by their path.

use serde::Serialize;
use serde_json::Value as Json;

use super::lists::{self, Step};
use infra::expression::is_function;

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
    /// What changes that decides its value, such as `condition InHome`, when the expression itself stays the same and
    /// only CloudFormation knows what it yields.
    pub undecided: Option<String>,
    /// Why it changes, where whoever made the plan knows: of a function's code, what it is built from and how large it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl PropertyChange {
    pub(super) fn new(path: impl Into<String>, before: Option<Json>, after: Option<Json>) -> Self {
        Self { path: path.into(), before, after, replaces: false, follows: None, undecided: None, because: None }
    }

    pub(super) fn follows(path: String, replaced: &str) -> Self {
        Self { follows: Some(replaced.to_owned()), ..Self::new(path, None, None) }
    }

    pub(super) fn undecided(path: String, by: String) -> Self {
        Self { undecided: Some(by), ..Self::new(path, None, None) }
    }

    pub(super) fn replacing(self) -> Self {
        Self { replaces: true, ..self }
    }

    /// Whether it is a list with the same entries in another order.
    pub(super) fn is_reordered(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(Json::Array(before)), Some(Json::Array(after))) => lists::are_same_entries(before, after),
            _ => false,
        }
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
    at("", Some(before), Some(after))
}

/// The differences between two values at `path`.
pub(super) fn at(path: &str, before: Option<&Json>, after: Option<&Json>) -> Vec<PropertyChange> {
    let mut changes = Vec::new();
    compare(path.to_owned(), before, after, &mut changes);
    changes
}

fn compare(path: String, before: Option<&Json>, after: Option<&Json>, changes: &mut Vec<PropertyChange>) {
    match (before, after) {
        (None, None) => {}
        (Some(before), Some(after)) if is_same(before, after) => {}
        (Some(Json::Object(before)), Some(Json::Object(after))) if !is_function(before) && !is_function(after) => {
            let removed = before.keys().filter(|name| !after.contains_key(*name));
            for name in after.keys().chain(removed) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(path, before.get(name), after.get(name), changes);
            }
        }
        (Some(Json::Array(before)), Some(Json::Array(after))) => compare_lists(&path, before, after, changes),
        (before, after) => changes.push(PropertyChange::new(path, before.cloned(), after.cloned())),
    }
}

fn compare_lists(path: &str, before: &[Json], after: &[Json], changes: &mut Vec<PropertyChange>) {
    let in_another_order = || PropertyChange::new(path, Some(before.to_vec().into()), Some(after.to_vec().into()));
    if lists::are_same_entries(before, after) {
        return changes.push(in_another_order());
    }
    let ordered = path.ends_with("KeySchema");
    if let (false, Some(old), Some(new)) = (ordered, by_name(before), by_name(after)) {
        let removed = old.keys().filter(|name| !new.contains_key(*name));
        for name in new.keys().chain(removed) {
            compare(format!("{path}[{name}]"), old.get(name).copied(), new.get(name).copied(), changes);
        }
        return;
    }
    for step in lists::steps(before, after) {
        match step {
            Step::Changed(index, before, after) => {
                compare(format!("{path}[{index}]"), Some(before), Some(after), changes);
            }
            Step::Added(index, after) => compare(format!("{path}[{index}]"), None, Some(after), changes),
            Step::Removed(index, before) => compare(format!("{path}[{index}]"), Some(before), None, changes),
        }
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
pub(super) fn is_same(before: &Json, after: &Json) -> bool {
    let scalar = |json: &Json| match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string()),
        _ => None,
    };
    match (before, after) {
        (Json::Array(before), Json::Array(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(before, after)| is_same(before, after))
        }
        (Json::Object(before), Json::Object(after)) => {
            let is_in_after = |(name, it): (&String, &Json)| after.get(name).is_some_and(|other| is_same(it, other));
            before.len() == after.len() && before.iter().all(is_in_after)
        }
        _ => before == after || scalar(before).is_some_and(|before| Some(before) == scalar(after)),
    }
}

/// Where the code of a function lies in its bucket.
pub(super) fn code_key(resource: &Json) -> Option<&str> {
    resource.pointer("/Properties/Code/S3Key").and_then(Json::as_str)
}
