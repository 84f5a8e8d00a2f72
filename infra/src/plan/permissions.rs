//! Which rights a deployment gives and takes.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::properties::display;
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
    /// Whether someone can do more than before.
    pub widens: bool,
    /// Whether the statement comes; else it goes.
    pub added: bool,
}

/// The rights that `after` gives and `before` did not, then those it takes.
pub(super) fn between(before: &Map<String, Json>, after: &Map<String, Json>) -> Vec<PermissionChange> {
    let (before, after) = (all(before), all(after));
    let added = after.difference(&before).map(|permission| PermissionChange {
        widens: !permission.denies,
        added: true,
        permission: permission.clone(),
    });
    let removed = before.difference(&after).map(|permission| PermissionChange {
        widens: permission.denies,
        added: false,
        permission: permission.clone(),
    });
    added.chain(removed).collect()
}

fn all(resources: &Map<String, Json>) -> BTreeSet<Permission> {
    let mut permissions = BTreeSet::new();
    for (id, resource) in resources {
        let property = |name: &str| resource.get("Properties").and_then(|properties| properties.get(name));
        let mut add = |document: Option<&Json>, default_resource: &str| {
            permissions.extend(document.into_iter().flat_map(|document| of_document(id, document, default_resource)));
        };
        match resource.get("Type").and_then(Json::as_str).unwrap_or_default() {
            "AWS::IAM::Role" => {
                add(property("AssumeRolePolicyDocument"), "the role");
                for policy in entries(property("Policies")) {
                    add(policy.get("PolicyDocument"), "");
                }
                for arn in entries(property("ManagedPolicyArns")) {
                    permissions.insert(managed(id, arn));
                }
                permissions.extend(property("PermissionsBoundary").map(|arn| boundary(id, arn)));
            }
            "AWS::Lambda::Permission" => {
                permissions.insert(invocation(id, resource));
            }
            "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => {
                // The same statements for another role are another right.
                for role in entries(property("Roles")) {
                    let holder = format!("{} by {id}", target(role));
                    let document = property("PolicyDocument").into_iter();
                    permissions.extend(document.flat_map(|document| of_document(&holder, document, "")));
                }
            }
            _ => add(property("PolicyDocument"), ""),
        }
    }
    permissions
}

fn of_document(holder: &str, document: &Json, default_resource: &str) -> Vec<Permission> {
    let mut permissions = Vec::new();
    for statement in entries(document.get("Statement")) {
        let denies = statement.get("Effect").and_then(Json::as_str) == Some("Deny");
        let not = |name: &str| statement.get(format!("Not{name}")).map(|json| format!("all but {}", display(json)));
        let list = |name: &str| -> Vec<String> {
            let listed = entries(statement.get(name)).map(target);
            listed.chain(not(name)).collect()
        };
        let mut resources = list("Resource");
        if resources.is_empty() {
            resources.push(default_resource.to_owned());
        }
        for action in list("Action") {
            permissions.extend(resources.iter().map(|resource| Permission {
                holder: holder.to_owned(),
                principal: statement.get("Principal").map(principal).or_else(|| not("Principal")),
                denies,
                action: action.clone(),
                resource: resource.clone(),
                condition: statement.get("Condition").map(Json::to_string),
            }));
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
    let text = |name: &str| property(name).map(target);
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
            let named = kinds.values().flat_map(|value| entries(Some(value)).map(target).collect::<Vec<_>>());
            named.collect::<Vec<_>>().join(", ")
        }
        other => display(other),
    }
}

/// The resource of a statement by its logical id, where it has one: `Sightings/index/by-model`.
#[must_use]
pub fn resource_name(resource: &Value) -> String {
    target(&serde_json::to_value(resource).unwrap_or_default())
}

/// The resource of a statement by its logical id, where it has one: `Sightings/index/by-model`.
fn target(json: &Json) -> String {
    let reference = json.get("Ref").and_then(Json::as_str);
    let attribute = json.get("Fn::GetAtt").and_then(|path| path.get(0)).and_then(Json::as_str);
    if let Some(id) = reference.or(attribute) {
        return id.to_owned();
    }
    let template = json.get("Fn::Sub").and_then(Json::as_str);
    match template.and_then(|template| template.strip_prefix("${")?.split_once(".Arn}")) {
        Some((id, rest)) => format!("{id}{rest}"),
        None => template.map_or_else(|| display(json), str::to_owned),
    }
}
