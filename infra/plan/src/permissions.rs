//! Which rights a deployment gives and takes.

mod comparable;
mod exposure;

use std::collections::{BTreeMap, BTreeSet};

use policies::PolicyDocument;
use policies::audit::{Kind, Policy};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use infra::expression::{display, short_name, short_text};
use infra::iam::{NamedPolicy, Place, name_variables, outside, subjects_in};
use infra::value::Value;

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
    /// Whether it is of a limit: who gets one is not allowed more by it.
    limits: bool,
    /// The policy with this right alone; nothing when it cannot be read.
    policy: Option<PolicyDocument>,
}

type Rights = BTreeMap<Permission, Part>;

/// The rights that `after` gives and `before` did not, then those it takes.
pub(super) fn between(before: &Map<String, Json>, after: &Map<String, Json>) -> Vec<PermissionChange> {
    let both: BTreeSet<_> = before.keys().filter(|id| after.contains_key(*id)).map(String::as_str).collect();
    let (before, after) = (all(before, &both), all(after, &both));
    let gone = |from: &Rights, to: &Rights| {
        // A limit that comes or goes as a whole is said by its name.
        let is_limit = |part: &Part| part.limits && !to.values().any(|other| other.subject == part.subject);
        let gone = from.iter().filter(|(permission, part)| !to.contains_key(permission) && !is_limit(part));
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

/// The rights that resources give. `both` are those that there are before and after.
fn all(resources: &Map<String, Json>, both: &BTreeSet<&str>) -> Rights {
    let by_id: BTreeMap<_, _> = resources.iter().map(|(id, resource)| (id.as_str(), resource)).collect();
    let mut rights = Rights::new();
    for subject in subjects_in(resources) {
        for named in &subject.named {
            rights.insert(by_reference(&subject.id, named), Part::OPAQUE);
        }
        let kind = resources.get(&subject.id).and_then(|resource| resource.get("Type")?.as_str()).unwrap_or_default();
        let properties = resources.get(&subject.id).and_then(|resource| resource.get("Properties"));
        // A policy that is attached to principals of elsewhere gives its rights to each of them.
        let holders: Vec<_> = match properties {
            Some(policy) if kind.starts_with("AWS::IAM::") && kind.ends_with("Policy") => {
                outside(policy, &by_id).map(short_name).collect()
            }
            _ => Vec::new(),
        };
        for (place, policy) in subject.places.iter().zip(&subject.policies) {
            // What AWS's own policies allow is said by their names.
            if place.pointer.contains("/ManagedPolicyArns/") {
                continue;
            }
            if holders.is_empty() {
                rights.extend(of_policy(&subject.id, place, policy));
            }
            for holder in &holders {
                rights.extend(of_policy(holder, place, policy));
            }
        }
    }
    for (id, resource) in resources {
        let exposed = exposure::of(id, resource, both.contains(id.as_str()));
        rights.extend(exposed.into_iter().map(|right| (right, Part::OPAQUE)));
    }
    rights
}

impl Part {
    /// Compared with nothing.
    const OPAQUE: Self = Self { subject: String::new(), limits: false, policy: None };
}

/// The rights that a policy of `id` gives.
fn of_policy(id: &str, place: &Place, policy: &Policy) -> Vec<(Permission, Part)> {
    let limits = matches!(policy.kind, Kind::Boundary | Kind::ServiceControl | Kind::ResourceControl);
    let together = match policy.kind {
        Kind::Trust => format!("trust of {id}"),
        _ if limits => format!("limit of {id} by {}", place.resource),
        _ => id.to_owned(),
    };
    let holder = if place.resource == *id {
        id.to_owned()
    } else {
        // The same statements for another principal are another right.
        let joined = if limits { "within" } else { "by" };
        format!("{id} {joined} {}", place.resource)
    };
    let right = |action: &str, denies| Permission {
        holder: holder.clone(),
        principal: None,
        denies,
        action: action.to_owned(),
        resource: String::new(),
        condition: None,
    };
    let mut rights = Vec::new();
    // A boundary is named by its principal; an organization's limit by itself.
    if limits && policy.kind != Kind::Boundary {
        rights.push((right(&format!("all that {id} does not allow"), true), Part::OPAQUE));
    }
    if policy.unreadable.is_some() || policy.objects().next().is_none() {
        let text = name_variables(&display(&policy.json));
        rights.push((right(&format!("all that a policy that cannot be read allows: {text}"), false), Part::OPAQUE));
        return rights;
    }
    let default_resource = if policy.kind == Kind::Trust { "the role" } else { "" };
    for (_, statement) in policy.objects() {
        for (mut permission, policy) in of_statement(statement, default_resource) {
            permission.holder.clone_from(&holder);
            if place.pointer.is_empty() {
                permission.condition = statement.get("Condition").map(source);
            }
            rights.push((permission, Part { subject: together.clone(), limits, policy }));
        }
    }
    rights
}

/// The rights that a statement gives, each with the policy that has it alone.
fn of_statement(statement: &Map<String, Json>, default_resource: &str) -> Vec<(Permission, Option<PolicyDocument>)> {
    let not = |name: &str| statement.get(&format!("Not{name}")).map(|json| format!("all but {}", named(json)));
    // Each with what takes the element's place in a statement of it alone.
    let list = |name: &str| -> Vec<(String, Option<Json>)> {
        let listed = entries(statement.get(name)).map(|item| (named(item), Some(item.clone())));
        listed.chain(not(name).map(|text| (text, None))).collect()
    };
    let mut resources = list("Resource");
    if resources.is_empty() {
        resources.push((default_resource.to_owned(), None));
    }
    let mut rights = Vec::new();
    for (action, action_alone) in list("Action") {
        for (resource, resource_alone) in &resources {
            let mut alone = statement.clone();
            for (name, item) in [("Action", &action_alone), ("Resource", resource_alone)] {
                if let Some(item) = item {
                    alone.insert(name.to_owned(), item.clone());
                }
            }
            let permission = Permission {
                holder: String::new(),
                principal: statement.get("Principal").map(principal).or_else(|| not("Principal")),
                denies: statement.get("Effect").and_then(Json::as_str) == Some("Deny"),
                action: action.clone(),
                resource: resource.clone(),
                condition: statement.get("Condition").map(|condition| name_variables(&condition.to_string())),
            };
            rights.push((permission, comparable::policy(&alone.into())));
        }
    }
    rights
}

/// What a managed policy allows, or a boundary takes: every right that it does not name.
fn by_reference(holder: &str, named: &NamedPolicy) -> Permission {
    let arn = display(&named.arn);
    Permission {
        holder: holder.to_owned(),
        principal: None,
        denies: named.is_boundary,
        action: if named.is_boundary {
            format!("all that {arn} does not allow")
        } else {
            format!("all that {arn} allows")
        },
        resource: String::new(),
        condition: None,
    }
}

/// The conditions of a `Permission` of a function, or of a bus: from where it may be used, then all others.
fn source(condition: &Json) -> String {
    let mut sources = Vec::new();
    let mut others = condition.clone();
    for (operator, key, word) in
        [("ArnLike", "AWS:SourceArn", "from"), ("StringEquals", "AWS:SourceAccount", "of account")]
    {
        let Some(keys) = others.get_mut(operator).and_then(Json::as_object_mut) else { continue };
        let Some(value) = keys.shift_remove(key) else { continue };
        let word = if sources.is_empty() { "from" } else { word };
        sources.push(format!("{word} {}", named(&value)));
    }
    if let Some(operators) = others.as_object_mut() {
        operators.retain(|_, keys| keys.as_object().is_none_or(|keys| !keys.is_empty()));
        if !operators.is_empty() {
            sources.push(name_variables(&others.to_string()));
        }
    }
    sources.join(" ")
}

/// IAM takes a single entry for a list of one.
pub(super) fn entries(json: Option<&Json>) -> impl Iterator<Item = &Json> {
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
            let named = kinds.values().flat_map(|value| entries(Some(value)).map(named).collect::<Vec<_>>());
            named.collect::<Vec<_>>().join(", ")
        }
        other => named(other),
    }
}

/// A value by its logical id, where it has one. Here variables stand for what only CloudFormation knows.
fn named(json: &Json) -> String {
    json.as_str().map_or_else(|| name_variables(&json.to_string()), |text| short_text(&name_variables(text)))
}

/// The resource of a statement by its logical id, where it has one: `Sightings/index/by-model`.
#[must_use]
pub fn resource_name(resource: &Value) -> String {
    short_name(&serde_json::to_value(resource).unwrap_or_default())
}
