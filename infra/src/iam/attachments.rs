//! Which policies of a template may be attached to which principals: found once, since an account has thousands of both.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::subjects::is_attachable;
use crate::expression::{Expression, ids_in, referenced};
use crate::variant::Source;

/// The policies of a template by those who may have them.
#[derive(Debug, Default)]
pub(super) struct Attachments<'a> {
    /// The policies that refer to a resource.
    referring: BTreeMap<&'a str, Vec<&'a str>>,
    /// The policies that name somebody otherwise than by a reference.
    naming: Vec<&'a str>,
    /// The policies that principals name, also as boundaries.
    named: BTreeSet<&'a str>,
    /// Where each policy is among the others.
    order: BTreeMap<&'a str, usize>,
}

impl<'a> Attachments<'a> {
    pub(super) fn of(source: &'a Source) -> Self {
        let mut found = Self::default();
        for (id, resource) in source.resources() {
            let Some(properties) = resource.get("Properties") else { continue };
            let resource_type = source.type_of(id);
            if is_attachable(resource_type) {
                found.order.insert(id, found.order.len());
                for to in BTreeSet::from_iter(ids_in(properties)) {
                    found.referring.entry(to).or_default().push(id);
                }
                // Properties that a function gives may name anybody.
                if Expression::of(properties).is_function() || ATTACHED_TO.iter().any(|it| names(properties.get(*it))) {
                    found.naming.push(id);
                }
            } else if is_principal(resource_type) {
                let lists =
                    ["ManagedPolicyArns", "PermissionsBoundary"].into_iter().filter_map(|it| properties.get(it));
                found.named.extend(lists.flat_map(ids_in));
            }
        }
        found
    }

    /// The policies that may be attached to the principal `id`, as far as it can be told without choosing.
    pub(super) fn that_may_be_of(&self, id: &str, has_name: bool) -> impl Iterator<Item = &'a str> {
        let naming = if has_name { self.naming.as_slice() } else { &[] };
        self.referring.get(id).into_iter().flatten().chain(naming).copied()
    }

    /// Those that are policies of the template, each once, in its order.
    pub(super) fn in_order<'b>(&self, ids: impl Iterator<Item = &'b str>) -> Vec<&'b str> {
        let places: BTreeMap<_, _> = ids.filter_map(|id| Some((*self.order.get(id)?, id))).collect();
        places.into_values().collect()
    }

    /// Whether a principal names the policy.
    pub(super) fn is_named(&self, id: &str) -> bool {
        self.named.contains(id)
    }
}

/// Whether a list has something that is no reference.
fn names(list: Option<&Json>) -> bool {
    match list {
        None => false,
        Some(Json::Array(items)) => items.iter().any(|it| referenced(it).is_none()),
        Some(one) => referenced(one).is_none(),
    }
}

/// The properties that name principals.
pub(super) const NAMES: [&str; 3] = ["RoleName", "UserName", "GroupName"];

/// The properties of policies that name those who have them.
pub(super) const ATTACHED_TO: [&str; 6] = ["Roles", "Users", "Groups", "RoleName", "UserName", "GroupName"];

pub(super) fn is_principal(resource_type: &str) -> bool {
    matches!(resource_type, "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group")
}

/// The principals that a policy is attached to and that are not of the template.
pub fn outside<'a>(policy: &'a Json, resources: &'a BTreeMap<&'a str, &'a Json>) -> impl Iterator<Item = &'a Json> {
    let attached = ATTACHED_TO.into_iter().flat_map(|name| list(policy.get(name)));
    attached.filter(|principal| {
        if let Some(id) = referenced(principal) {
            return !resources.contains_key(id);
        }
        let is_it = |resource: &Json| {
            let properties = resource.get("Properties");
            NAMES.iter().any(|name| properties.and_then(|it| it.get(name)) == Some(*principal))
        };
        let kind = |resource: &Json| is_principal(resource.get("Type").and_then(Json::as_str).unwrap_or_default());
        !resources.values().any(|resource| kind(resource) && is_it(resource))
    })
}

/// The items of a list; a single value is a list of one.
fn list(json: Option<&Json>) -> impl Iterator<Item = &Json> {
    let items = if let Some(Json::Array(items)) = json { items.as_slice() } else { &[] };
    json.filter(|json| !json.is_array()).into_iter().chain(items)
}
