//! Which rights a deployment gives and takes.

mod comparable;

use std::collections::BTreeMap;

use policies::PolicyDocument;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::expression::{display, short_name};
use crate::value::Value;

/// A right: one action on one resource, as one statement gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Permission {
    /// The logical id of the role, policy or permission that gives it.
    pub holder: String,
    /// The principal, when a resource or trust policy names one.
    pub principal: Option<String>,
    /// Whether it is a denial.
    pub denies: bool,
    /// The action, such as `dynamodb:Query`.
    pub action: String,
    /// The resource, such as `Sightings/index/by-model`.
    pub resource: String,
    /// The conditions under which it holds, as IAM writes them.
    pub condition: Option<String>,
}

/// A right that comes or goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermissionChange {
    /// The right.
    pub permission: Permission,
    /// Whether someone can do more than before, or may: what is not certain counts as more.
    pub widens: bool,
    /// Whether the statement comes; else it goes.
    pub added: bool,
}

/// What a right is part of, to compare it with what there was.
struct Part {
    /// The role or resource whose policies are taken together.
    subject: String,
    /// The policy with this right alone; nothing when it cannot be read.
    policy: Option<PolicyDocument>,
}

type Rights = BTreeMap<Permission, Part>;

/// The rights that `after` gives and `before` did not, then those it takes.
pub(super) fn between(before: &Map<String, Json>, after: &Map<String, Json>) -> Vec<PermissionChange> {
    let (before, after) = (all(before), all(after));
    let gone = |from: &Rights, to: &Rights| {
        let gone = from.iter().filter(|(permission, _)| !to.contains_key(permission));
        gone.map(|(permission, part)| (permission.clone(), widens(permission, part, &before, &after)))
            .collect::<Vec<_>>()
    };
    let change = |added| move |(permission, widens)| PermissionChange { permission, widens, added };
    let added = gone(&after, &before).into_iter().map(change(true));
    added.chain(gone(&before, &after).into_iter().map(change(false))).collect()
}

/// Whether someone can do more when `permission` comes, or goes when it is of `before`.
fn widens(permission: &Permission, part: &Part, before: &Rights, after: &Rights) -> bool {
    let comes = after.contains_key(permission);
    if comes == permission.denies {
        return false;
    }
    let of = |rights: &Rights| {
        let parts = rights.values().filter(|it| it.subject == part.subject);
        parts.map(|it| it.policy.clone()).collect::<Option<Vec<_>>>()
    };
    let (Some(policy), Some(before), Some(after)) = (&part.policy, of(before), of(after)) else { return true };
    if comes {
        !comparable::is_allowed_already(policy, &before, &after)
    } else {
        !comparable::is_denied_still(policy, &after)
    }
}

fn all(resources: &Map<String, Json>) -> Rights {
    let mut permissions = Rights::new();
    for (id, resource) in resources {
        let property = |name: &str| resource.get("Properties").and_then(|properties| properties.get(name));
        // A subject of its own is compared with nothing.
        let opaque = |permission: Permission| (permission, Part { subject: String::new(), policy: None });
        let mut add = |document: Option<&Json>, subject: &str, default_resource: &str| {
            let documents = document.into_iter();
            permissions.extend(documents.flat_map(|document| of_document(id, subject, document, default_resource)));
        };
        match resource.get("Type").and_then(Json::as_str).unwrap_or_default() {
            "AWS::IAM::Role" => {
                add(property("AssumeRolePolicyDocument"), &format!("trust of {id}"), "the role");
                for policy in entries(property("Policies")) {
                    add(policy.get("PolicyDocument"), id, "");
                }
                permissions.extend(entries(property("ManagedPolicyArns")).map(|arn| opaque(managed(id, arn))));
                permissions.extend(property("PermissionsBoundary").map(|arn| opaque(boundary(id, arn))));
            }
            "AWS::Lambda::Permission" => permissions.extend([opaque(invocation(id, resource))]),
            "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => {
                // The same statements for another role are another right.
                for role in entries(property("Roles")) {
                    let role = short_name(role);
                    let holder = format!("{role} by {id}");
                    let document = property("PolicyDocument").into_iter();
                    permissions.extend(document.flat_map(|document| of_document(&holder, &role, document, "")));
                }
            }
            _ => add(property("PolicyDocument"), id, ""),
        }
    }
    permissions
}

fn of_document(holder: &str, subject: &str, document: &Json, default_resource: &str) -> Vec<(Permission, Part)> {
    let mut permissions = Vec::new();
    for statement in entries(document.get("Statement")) {
        let denies = statement.get("Effect").and_then(Json::as_str) == Some("Deny");
        let not = |name: &str| statement.get(format!("Not{name}")).map(|json| format!("all but {}", display(json)));
        // Each with what takes the element's place in a statement of it alone.
        let list = |name: &str| -> Vec<(String, Option<Json>)> {
            let listed = entries(statement.get(name)).map(|item| (short_name(item), Some(item.clone())));
            listed.chain(not(name).map(|text| (text, None))).collect()
        };
        let mut resources = list("Resource");
        if resources.is_empty() {
            resources.push((default_resource.to_owned(), None));
        }
        for (action, action_alone) in list("Action") {
            for (resource, resource_alone) in &resources {
                let mut alone = statement.clone();
                for (name, item) in [("Action", &action_alone), ("Resource", resource_alone)] {
                    if let Some(item) = item {
                        alone[name] = item.clone();
                    }
                }
                let permission = Permission {
                    holder: holder.to_owned(),
                    principal: statement.get("Principal").map(principal).or_else(|| not("Principal")),
                    denies,
                    action: action.clone(),
                    resource: resource.clone(),
                    condition: statement.get("Condition").map(Json::to_string),
                };
                let policy = comparable::policy(document, &alone);
                permissions.push((permission, Part { subject: subject.to_owned(), policy }));
            }
        }
    }
    permissions
}

fn managed(holder: &str, arn: &Json) -> Permission {
    Permission {
        holder: holder.to_owned(),
        principal: None,
        denies: false,
        action: format!("all that {} allows", display(arn)),
        resource: String::new(),
        condition: None,
    }
}

/// A boundary takes every right that it does not name.
fn boundary(holder: &str, arn: &Json) -> Permission {
    Permission {
        holder: holder.to_owned(),
        principal: None,
        denies: true,
        action: format!("all that {} does not allow", display(arn)),
        resource: String::new(),
        condition: None,
    }
}

fn invocation(holder: &str, resource: &Json) -> Permission {
    let property = |name: &str| resource.get("Properties").and_then(|properties| properties.get(name));
    let text = |name: &str| property(name).map(short_name);
    Permission {
        holder: holder.to_owned(),
        principal: text("Principal"),
        denies: false,
        action: text("Action").unwrap_or_default(),
        resource: text("FunctionName").unwrap_or_default(),
        condition: text("SourceArn").or_else(|| text("SourceAccount")).map(|source| format!("from {source}")),
    }
}

/// IAM takes a single entry for a list of one.
fn entries(json: Option<&Json>) -> impl Iterator<Item = &Json> {
    match json {
        Some(Json::Array(items)) => items.iter().collect::<Vec<_>>(),
        Some(item) => vec![item],
        None => Vec::new(),
    }
    .into_iter()
}

fn principal(json: &Json) -> String {
    match json {
        Json::Object(kinds) => {
            let named = kinds.values().flat_map(|value| entries(Some(value)).map(short_name).collect::<Vec<_>>());
            named.collect::<Vec<_>>().join(", ")
        }
        other => display(other),
    }
}

/// The resource of a statement by its logical id, where it has one: `Sightings/index/by-model`.
#[must_use]
pub fn resource_name(resource: &Value) -> String {
    short_name(&serde_json::to_value(resource).unwrap_or_default())
}
