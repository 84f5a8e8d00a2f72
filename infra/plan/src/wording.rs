//! What templates say in other words, which CloudFormation takes no notice of by itself.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::Snapshot;
use super::properties::{self, PropertyChange};
use infra::message;

/// The sections that say how others are read. What changes by them is shown where it does.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/metadata-section-structure.html>
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/conditions-section-structure.html>
const SECTIONS: [&str; 6] = ["Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions"];

/// What a resource says of others and of itself without being changed by it.
const ATTRIBUTES: [&str; 2] = ["DependsOn", "Condition"];

/// The differences of the sections and of such attributes.
pub(super) fn between(before: &Snapshot, after: &Snapshot) -> Vec<PropertyChange> {
    let sections = SECTIONS.into_iter().flat_map(|section| {
        let (old, new) = (before.template.get(section), after.template.get(section));
        let empty = Json::Object(Map::new());
        match (old, new) {
            // A whole section that comes or goes is told by its entries.
            (Some(Json::Object(_)), None) => properties::at(section, old, Some(&empty)),
            (None, Some(Json::Object(_))) => properties::at(section, Some(&empty), new),
            _ => properties::at(section, old, new),
        }
    });
    let ids: BTreeSet<_> = before.template.section("Resources").map(|(id, _)| id).collect();
    let kept = after.template.section("Resources").filter(|(id, _)| ids.contains(id));
    let attributes = kept.flat_map(|(id, resource)| {
        let old = before.template.resource(id);
        ATTRIBUTES.into_iter().flat_map(move |attribute| {
            let (old, new) = (old.and_then(|old| old.get(attribute)), resource.get(attribute));
            // One resource may stand for a list of one.
            let listed = |json: &Json| if json.is_array() { json.clone() } else { Json::Array(vec![json.clone()]) };
            if old.map(listed) == new.map(listed) {
                return Vec::new();
            }
            vec![PropertyChange::new(format!("{id}.{attribute}"), old.cloned(), new.cloned())]
        })
    });
    // What is kept of messages has the lines of types in it. What changes of them is told where it matters.
    let is_told = |it: &PropertyChange| !it.path.starts_with(&format!("Metadata.{}", message::KEY));
    sections.filter(is_told).chain(attributes).collect()
}

/// The sections whose entries are compared by themselves.
const COMPARED: [&str; 3] = ["AWSTemplateFormatVersion", "Outputs", "Resources"];

/// The differences of the macros that process the whole template, and of the sections that only they read.
pub(super) fn macros(before: &Snapshot, after: &Snapshot) -> Vec<PropertyChange> {
    let is_read_otherwise = |name: &&str| COMPARED.contains(name) || SECTIONS.contains(name);
    let names: BTreeSet<_> = before.template.sections().chain(after.template.sections()).collect();
    let others = names.into_iter().filter(|name| !is_read_otherwise(name));
    let mut changes: Vec<_> =
        others.flat_map(|name| properties::at(name, before.template.get(name), after.template.get(name))).collect();
    let differs = before.template != after.template || before.parameters != after.parameters;
    if changes.is_empty() && differs && after.template.get("Transform").is_some_and(is_of_somebody) {
        changes.push(PropertyChange::undecided("Transform".to_owned(), "template that it processes".to_owned()));
    }
    changes
}

/// Whether a macro that is none of AWS's gets the template: it may make anything of it.
fn is_of_somebody(transform: &Json) -> bool {
    match transform {
        Json::String(name) => !name.starts_with("AWS::"),
        Json::Array(macros) => macros.iter().any(is_of_somebody),
        Json::Object(members) => members.get("Name").is_some_and(is_of_somebody),
        _ => false,
    }
}
