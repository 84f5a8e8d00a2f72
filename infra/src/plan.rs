//! What a deployment would change: computed from two templates, before anything runs.
//!
//! CloudFormation's own change sets say which resources change, but not always from what to what; and `diff` must say
//! exactly what `deploy` does. So both use this plan.

mod permissions;
mod properties;
mod refusals;
mod snapshot;
mod steps;
mod text;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::expression;
use crate::facts::{self, Holds};
use crate::schema;
use crate::template::ARTIFACTS_BUCKET;

pub use permissions::{Permission, PermissionChange, resource_name};
pub use properties::PropertyChange;
pub use snapshot::Snapshot;
pub use steps::Step;
pub use text::{Line, Tone};

/// What happens to one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is made.
    Create,
    /// Its properties change in place.
    Update,
    /// A new one is made in its place and the old one deleted, with what it holds.
    Replace,
    /// It leaves the stack and is deleted, with what it holds.
    Delete,
    /// It leaves the stack and is kept.
    Retain,
}

/// A resource that a deployment changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResourceChange {
    /// Its logical id.
    pub id: String,
    /// Its CloudFormation type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What happens to it.
    pub action: Action,
    /// Which of its properties change, unless it is made or deleted.
    pub properties: Vec<PropertyChange>,
    /// Whether what leaves the stack is kept outside of it, by its deletion or update-replace policy.
    pub keeps_old: bool,
    /// What is lost with it, such as `1,204 items`; of what cannot be counted, its kind, such as `data`.
    pub loses: Option<String>,
}

/// Everything a deployment changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Whether nothing is deployed yet.
    pub is_first: bool,
    /// The resources, in the order of the new template, then those that leave the stack.
    pub resources: Vec<ResourceChange>,
    /// The tags of the stack, unless it is new. (Of another description alone CloudFormation takes no notice.)
    pub tags: Vec<PropertyChange>,
    /// The outputs, by name.
    pub outputs: Vec<PropertyChange>,
    /// Parameters whose values change, except those that carry code.
    pub parameters: Vec<PropertyChange>,
    /// Rights that principals gain or lose.
    pub permissions: Vec<PermissionChange>,
    /// The updates that must come before the last one, in order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// What deploying `after` changes; `before` is what is deployed, if anything is.
    #[must_use]
    pub fn between(before: Option<&Snapshot>, after: &Snapshot) -> Self {
        let same = before.map(|before| snapshot::unchanged(before, after)).unwrap_or_default();
        let differing = |snapshot: &Snapshot| snapshot.resolved("Resources", |id| !same.contains(id));
        let (old, new) = (before.map(differing).unwrap_or_default(), differing(after));
        let mut changes: Vec<_> = new.iter().filter_map(|(id, resource)| change(id, old.get(id), resource)).collect();
        follow_replacements(&mut changes, before, after);
        changes.extend(old.iter().filter(|(id, _)| !new.contains_key(*id)).map(|(id, resource)| removal(id, resource)));

        for change in changes.iter_mut().filter(|change| is_lost(change)) {
            // What can be counted is counted by whoever has the stack before it.
            if let Holds::Uncounted(what) = facts::holds(&change.resource_type) {
                change.loses = Some(what.to_owned());
            }
        }

        let outputs = |snapshot: &Snapshot| Json::Object(snapshot.resolved("Outputs", |_| true));
        let old_outputs = before.map_or_else(|| Json::Object(Map::new()), outputs);
        let mut plan = Self {
            is_first: before.is_none(),
            tags: before.map(|it| properties::between(&it.tags(), &after.tags())).unwrap_or_default(),
            outputs: properties::between(&old_outputs, &outputs(after)),
            parameters: before.map(|before| changed_parameters(before, after, &new)).unwrap_or_default(),
            permissions: permissions::between(&policies(before, &same), &policies(Some(after), &same)),
            resources: changes,
            steps: Vec::new(),
        };
        plan.steps = before.map(|before| steps::before_last(&plan, before, after)).unwrap_or_default();
        plan
    }

    /// Whether deploying would change nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let parts = [&self.tags, &self.outputs, &self.parameters];
        self.resources.is_empty() && parts.into_iter().all(Vec::is_empty)
    }

    /// The resources that would be replaced or deleted with what they hold.
    pub fn losses(&self) -> impl Iterator<Item = &ResourceChange> {
        self.resources.iter().filter(|change| is_lost(change) && facts::holds(&change.resource_type).is_data())
    }
}

/// Whether the resource that there is goes and is not kept.
fn is_lost(change: &ResourceChange) -> bool {
    matches!(change.action, Action::Replace | Action::Delete) && !change.keeps_old
}

/// The resources among which the policies are that may differ. A policy is of a principal that may stay as it is, so all
/// of IAM's are among them.
fn policies(snapshot: Option<&Snapshot>, same: &BTreeSet<&str>) -> Map<String, Json> {
    let Some(snapshot) = snapshot else { return Map::new() };
    let is_of_iam = |id: &str| {
        let kind = snapshot.template.resource(id).and_then(|resource| resource.get("Type")?.as_str());
        kind.is_some_and(|kind| kind.starts_with("AWS::IAM::"))
    };
    snapshot.resolved("Resources", |id| !same.contains(id) || is_of_iam(id))
}

/// The parameters whose values change, except for those that carry the code of the `differing` resources: their
/// functions show it.
fn changed_parameters(before: &Snapshot, after: &Snapshot, differing: &Map<String, Json>) -> Vec<PropertyChange> {
    let code: BTreeSet<_> = differing.values().filter_map(properties::code_key).collect();
    let json = |value: &String| Json::from(value.as_str());
    after
        .parameters
        .iter()
        .filter(|(name, value)| *name != ARTIFACTS_BUCKET && !code.contains(value.as_str()))
        .filter(|(name, value)| before.parameters.get(*name) != Some(value))
        .map(|(name, value)| {
            PropertyChange::new(name.clone(), before.parameters.get(name).map(json), Some(json(value)))
        })
        .collect()
}

fn resource_type(resource: &Json) -> &str {
    resource.get("Type").and_then(Json::as_str).unwrap_or_default()
}

fn change(id: &str, before: Option<&Json>, after: &Json) -> Option<ResourceChange> {
    let made = |action, properties| ResourceChange {
        id: id.to_owned(),
        resource_type: resource_type(after).to_owned(),
        action,
        properties,
        keeps_old: before.is_some_and(|before| retains(before, "UpdateReplacePolicy")),
        loses: None,
    };
    let Some(before) = before else {
        return Some(made(Action::Create, Vec::new()));
    };
    if resource_type(before) != resource_type(after) {
        let change = PropertyChange::new("Type", before.get("Type").cloned(), after.get("Type").cloned());
        return Some(made(Action::Replace, vec![change.replacing()]));
    }
    let empty = Json::Object(Map::new());
    let of = |resource: &Json| resource.get("Properties").cloned().unwrap_or_else(|| empty.clone());
    let mut changes = properties::between(&of(before), &of(after));
    for change in &mut changes {
        change.replaces = replaces(resource_type(after), &change.path) || change.is_new_type_of_key();
    }
    for attribute in ["DeletionPolicy", "UpdateReplacePolicy", "Condition"] {
        let (old, new) = (before.get(attribute), after.get(attribute));
        if old != new {
            changes.push(PropertyChange::new(attribute, old.cloned(), new.cloned()));
        }
    }
    if changes.is_empty() {
        return None;
    }
    let action = if changes.iter().any(|change| change.replaces) { Action::Replace } else { Action::Update };
    Some(made(action, changes))
}

fn removal(id: &str, resource: &Json) -> ResourceChange {
    let keeps_old = retains(resource, "DeletionPolicy");
    ResourceChange {
        id: id.to_owned(),
        resource_type: resource_type(resource).to_owned(),
        action: if keeps_old { Action::Retain } else { Action::Delete },
        properties: Vec::new(),
        keeps_old,
        loses: None,
    }
}

fn retains(resource: &Json, policy: &str) -> bool {
    resource.get(policy).and_then(Json::as_str).is_some_and(|policy| policy.starts_with("Retain"))
}

/// A change that only sometimes replaces counts as one that does: nobody shall be surprised.
fn replaces(resource_type: &str, path: &str) -> bool {
    let steps: Vec<_> = path.split(['.', '[', ']']).filter(|step| !step.is_empty()).collect();
    schema::of(resource_type)
        .is_some_and(|schema| schema.create_only(&steps) || schema.conditionally_create_only(&steps))
}

/// A resource that refers to a replaced one changes too, and may have to be replaced itself.
fn follow_replacements(changes: &mut Vec<ResourceChange>, before: Option<&Snapshot>, after: &Snapshot) {
    let mut followed = BTreeSet::new();
    loop {
        let replaced = changes
            .iter()
            .find(|change| change.action == Action::Replace && !followed.contains(&change.id))
            .map(|change| change.id.clone());
        let Some(replaced) = replaced else { return };
        let exists = |id: &str| before.is_some_and(|before| before.template.resource(id).is_some());
        for (id, resource) in after.template.section("Resources").filter(|(id, _)| *id != replaced && exists(id)) {
            for path in expression::paths_to(resource.get("Properties").unwrap_or(&Json::Null), &replaced) {
                let known = PropertyChange::follows(path, &replaced);
                let known = if replaces(resource_type(resource), &known.path) { known.replacing() } else { known };
                record(changes, id, resource_type(resource), known);
            }
        }
        followed.insert(replaced);
    }
}

fn record(changes: &mut Vec<ResourceChange>, id: &str, resource_type: &str, property: PropertyChange) {
    let index = changes.iter().position(|change| change.id == id).unwrap_or_else(|| {
        changes.push(ResourceChange {
            id: id.to_owned(),
            resource_type: resource_type.to_owned(),
            action: Action::Update,
            properties: Vec::new(),
            keeps_old: false,
            loses: None,
        });
        changes.len() - 1
    });
    let change = &mut changes[index];
    if change.action == Action::Update && property.replaces {
        change.action = Action::Replace;
    }
    if !change.properties.iter().any(|known| known.path == property.path) {
        change.properties.push(property);
    }
}
