//! What a deployment would change: computed from two templates, before anything runs.
//!
//! CloudFormation's own change sets say which resources change, but not always from what to what; and `diff` must say
//! exactly what `deploy` does. So both use this plan.

mod permissions;
mod properties;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::finding::Finding;
use crate::schema;
use crate::stack::Source;
use crate::template::{ARTIFACTS_BUCKET, Template};

pub use permissions::{Permission, PermissionChange, resource_name};
pub use properties::PropertyChange;
pub use text::{Line, Tone};

/// A template with the values of its parameters: what is deployed, or what shall be.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The template.
    pub template: Template,
    /// The values of its parameters, defaults included.
    pub parameters: BTreeMap<String, String>,
}

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
    /// What is lost with it, such as `1,204 items`.
    pub loses: Option<String>,
}

/// Everything a deployment changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Whether nothing is deployed yet.
    pub is_first: bool,
    /// The resources, in the order of the new template, then those that leave the stack.
    pub resources: Vec<ResourceChange>,
    /// The outputs, by name.
    pub outputs: Vec<PropertyChange>,
    /// Parameters whose values change, except those that carry code.
    pub parameters: Vec<PropertyChange>,
    /// Rights that principals gain or lose.
    pub permissions: Vec<PermissionChange>,
}

impl Plan {
    /// What deploying `after` changes; `before` is what is deployed, if anything is.
    #[must_use]
    pub fn between(before: Option<&Snapshot>, after: &Snapshot) -> Self {
        let same = before.map(|before| unchanged(before, after)).unwrap_or_default();
        let differing = |snapshot: &Snapshot| snapshot.resolved("Resources", |id| !same.contains(id));
        let (old, new) = (before.map(differing).unwrap_or_default(), differing(after));
        let mut changes: Vec<_> = new.iter().filter_map(|(id, resource)| change(id, old.get(id), resource)).collect();
        follow_replacements(&mut changes, before, after);
        changes.extend(old.iter().filter(|(id, _)| !new.contains_key(*id)).map(|(id, resource)| removal(id, resource)));

        let outputs = |snapshot: &Snapshot| Json::Object(snapshot.resolved("Outputs", |_| true));
        let old_outputs = before.map_or_else(|| Json::Object(Map::new()), outputs);
        Self {
            is_first: before.is_none(),
            outputs: properties::between(&old_outputs, &outputs(after)),
            parameters: before.map(|before| changed_parameters(before, after, &new)).unwrap_or_default(),
            permissions: permissions::between(&old, &new),
            resources: changes,
        }
    }

    /// Whether deploying would change nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.outputs.is_empty() && self.parameters.is_empty()
    }

    /// The resources that would be replaced or deleted with what they hold.
    pub fn losses(&self) -> impl Iterator<Item = &ResourceChange> {
        self.resources.iter().filter(|change| {
            matches!(change.action, Action::Replace | Action::Delete) && holds_data(&change.resource_type)
        })
    }

    /// Whether a principal gains a right.
    #[must_use]
    pub fn widens_permissions(&self) -> bool {
        self.permissions.iter().any(|change| change.widens)
    }

    /// What CloudFormation would refuse about these changes, although it accepts the template on its own.
    ///
    /// `source` gives the place where a resource is declared.
    pub fn check(&self, after: &Snapshot, source: impl Fn(&str) -> Option<Source>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for change in &self.resources {
            let place = |finding: Finding| match source(&change.id) {
                Some(source) => finding.at(source),
                None => finding,
            };
            let resource = after.template.resource(&change.id);
            if change.action == Action::Replace
                && let Some((property, name)) = resource.and_then(|it| physical_name(&change.resource_type, it))
                && !change.properties.iter().any(|it| it.path == property)
            {
                let finding = Finding::error(
                    "replaces-named",
                    format!("`{}` must be replaced, and its name `{name}` is still taken by the old one", change.id),
                );
                findings.push(place(finding.help(format!("give it another `{property}`, or deploy once without it"))));
            }
            let indexes = change.properties.iter().filter(|it| it.is_index_change()).count();
            if change.resource_type == "AWS::DynamoDB::Table" && change.action == Action::Update && indexes > 1 {
                let finding = Finding::error(
                    "one-index-per-update",
                    format!(
                        "`{}` gains or loses {indexes} global secondary indexes; one update can change one",
                        change.id
                    ),
                );
                findings.push(place(finding.help("deploy the indexes one after the other")));
            }
        }
        findings
    }
}

impl Snapshot {
    /// The template's resources with the values of the parameters in place.
    #[must_use]
    pub fn resolved_resources(&self) -> Map<String, Json> {
        self.resolved("Resources", |_| true)
    }

    /// The chosen entries of a section with the values of the parameters in place.
    fn resolved(&self, section: &str, choose: impl Fn(&str) -> bool) -> Map<String, Json> {
        self.template
            .section(section)
            .filter(|(name, _)| choose(name))
            .map(|(name, value)| (name.to_owned(), properties::resolve(value, &self.parameters)))
            .collect()
    }
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

/// The resources that a deployment leaves as they are: the same text, which refers to no parameter that changes.
fn unchanged<'a>(before: &'a Snapshot, after: &'a Snapshot) -> BTreeSet<&'a str> {
    let names = before.parameters.keys().chain(after.parameters.keys());
    let changing: Vec<_> = names.filter(|name| before.parameters.get(*name) != after.parameters.get(*name)).collect();
    let old: BTreeMap<_, _> = before.template.section("Resources").collect();
    let new = after.template.section("Resources");
    new.filter(|(id, resource)| {
        old.get(id) == Some(resource)
            && !changing.iter().any(|parameter| !properties::references(resource, parameter).is_empty())
    })
    .map(|(id, _)| id)
    .collect()
}

/// Whether deleting a resource of this type deletes what its users stored.
#[must_use]
pub fn holds_data(resource_type: &str) -> bool {
    matches!(resource_type, "AWS::DynamoDB::Table" | "AWS::SQS::Queue" | "AWS::S3::Bucket" | "AWS::Logs::LogGroup")
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
        change.replaces = replaces(resource_type(after), &change.path);
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
    let kept = resource.get("DeletionPolicy").and_then(Json::as_str).is_some_and(|policy| policy.starts_with("Retain"));
    ResourceChange {
        id: id.to_owned(),
        resource_type: resource_type(resource).to_owned(),
        action: if kept { Action::Retain } else { Action::Delete },
        properties: Vec::new(),
        loses: None,
    }
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
            for path in properties::references(resource.get("Properties").unwrap_or(&Json::Null), &replaced) {
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

/// The property that fixes the physical name of a resource, and the name.
#[must_use]
pub fn physical_name(resource_type: &str, resource: &Map<String, Json>) -> Option<(&'static str, String)> {
    let property = match resource_type {
        "AWS::DynamoDB::Table" => "TableName",
        "AWS::SQS::Queue" => "QueueName",
        "AWS::Lambda::Function" => "FunctionName",
        "AWS::IAM::Role" => "RoleName",
        "AWS::Logs::LogGroup" => "LogGroupName",
        "AWS::S3::Bucket" => "BucketName",
        "AWS::SNS::Topic" => "TopicName",
        _ => return None,
    };
    let name = resource.get("Properties")?.get(property)?;
    Some((property, properties::display(name)))
}
