//! Resources that get another logical id and stay what they are.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::Snapshot;
use infra::expression::{renamed, renamed_resource};
use infra::template::Template;

/// A resource that gets another logical id, or goes to another stack.
///
/// To CloudFormation the id in its stack is the resource: elsewhere it would make a new resource, and delete the old one with
/// what it holds. So the resource is moved first, by a stack refactor, which leaves it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Move {
    /// The logical id that it is deployed with.
    pub from: String,
    /// The stack that it is deployed in, when that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_stack: Option<String>,
    /// The logical id that it gets.
    pub to: String,
    /// The stack that it goes to, when that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_stack: Option<String>,
}

impl Move {
    /// From where it moves to where: its ids, each with its stack when that is another.
    #[must_use]
    pub fn ends(&self) -> [String; 2] {
        [(&self.from_stack, &self.from), (&self.to_stack, &self.to)].map(|(stack, id)| match stack {
            Some(stack) => format!("{stack}.{id}"),
            None => id.clone(),
        })
    }
}

/// The types, without `AWS::`, that no stack refactor takes.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html#stack-refactoring-resource-limitations>
const UNMOVABLE: &str = include_str!("unmovable.txt");

/// Whether a resource of this type can get another logical id.
pub(super) fn is_movable(resource_type: &str) -> bool {
    let is_custom = resource_type.starts_with("Custom::");
    !is_custom && resource_type.strip_prefix("AWS::").is_none_or(|name| !UNMOVABLE.lines().any(|it| it == name))
}

/// The type of a resource that is deployed. One that its condition keeps away is not: there is nothing to move.
pub(super) fn deployed_type<'a>(deployed: &'a Snapshot, id: &str) -> Option<&'a str> {
    let resource = deployed.template.entries("Resources")?.get(id)?;
    let is_there = deployed.known().exists(resource) != Some(false);
    resource.get("Type").filter(|_| is_there)?.as_str()
}

/// What moves from one snapshot to the next: what is deployed under its former id, and not yet under the new one.
pub(super) fn between(before: &Snapshot, after: &Snapshot) -> Vec<Move> {
    let has = |snapshot: &Snapshot, id: &str| snapshot.template.resource(id).is_some();
    let ids = after.moved_from.iter().filter(|(_, former)| former.stack.is_none()).map(|(to, former)| (&former.id, to));
    let moves = ids.filter(|(from, to)| {
        let is_renamed = !has(before, to) && has(after, to) && !has(after, from);
        is_renamed && deployed_type(before, from).is_some_and(is_movable)
    });
    moves.map(|(from, to)| Move { from: from.clone(), from_stack: None, to: to.clone(), to_stack: None }).collect()
}

impl Snapshot {
    /// The same with the new ids.
    pub(super) fn moved(&self, moves: &[Move]) -> Self {
        let ids: BTreeMap<_, _> = moves.iter().map(|it| (it.from.as_str(), it.to.as_str())).collect();
        let new = |id: &str| ids.get(id).map(|id| (*id).to_owned());
        let section = |(name, section): (&String, &Json)| {
            let section = match (name.as_str(), section) {
                ("Resources", Json::Object(resources)) => {
                    let resource = |(id, resource): (&String, &Json)| {
                        (new(id).unwrap_or_else(|| id.clone()), renamed_resource(resource, &new))
                    };
                    Json::Object(resources.iter().map(resource).collect())
                }
                ("Outputs", outputs) => renamed(outputs, &new),
                (_, other) => other.clone(),
            };
            (name.clone(), section)
        };
        let template: Map<_, _> = self.template.as_json().iter().map(section).collect();
        Self { template: Template::from_json(template), ..self.clone() }
    }
}
