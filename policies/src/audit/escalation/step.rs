//! Steps of a path: which statement allows each action, and whether on enough.

use super::path::Path;
use crate::action::Action;
use crate::audit::limit::{Gap, gap, has_wildcard, is_key, starts_key};
use crate::audit::policy::At;
use crate::audit::rights::{Rights, acts, is_on_all};
use crate::condition::{Condition, Operator};
use crate::evaluate::arn_parts;
use crate::pattern::covers;

/// On what the first action of a path has to be allowed for the path to lead anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// On the principal itself: on a pattern of identities or by a variable such as `${aws:username}`.
    Own,
    /// On other identities than the principal: on a pattern of them.
    Others,
    /// On whatever runs: on all of a kind, not on those of one name or prefix.
    Running,
    /// On roles that can be passed to this service.
    Passed(&'static str),
}

/// A statement that allows one action of a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    /// The action.
    pub action: &'static str,
    /// Which policy the statement is in.
    pub policy: usize,
    /// The statement.
    pub at: At<'a>,
}

const PASS_ROLE: &str = "iam:PassRole";

/// What a managed policy that allows everything is called.
const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// Condition keys that leave only some resources of those that are named.
const RESOURCE_KEYS: &[&str] = &["iam:PermissionsBoundary", "iam:AssociatedResourceArn", "lambda:FunctionArn"];

/// A statement for each action of `path`; nothing when one is not allowed, or the first on too little.
pub(super) fn all<'a>(path: &Path, rights: &Rights<'a>) -> Option<Vec<Step<'a>>> {
    let mut steps = Vec::new();
    for (index, action) in path.needs.iter().copied().enumerate() {
        let reaches = |at: &At<'_>| match index {
            0 => reaches(at, action, path.reach),
            _ => at.statement.resource.iter().any(|it| is_about(it, action)),
        };
        let (policy, at) = rights.allowing(action).find(|(_, at)| reaches(at))?;
        steps.push(Step { action, policy, at });
    }
    match path.reach {
        Reach::Passed(service) if is_denied(service, rights) => None,
        _ => Some(steps),
    }
}

fn reaches(at: &At<'_>, action: &str, reach: Reach) -> bool {
    let resources = &at.statement.resource;
    let mut about = resources.iter().filter(|it| is_about(it, action));
    let limited = at.statement.condition.iter().any(limits_resource);
    match reach {
        Reach::Passed(service) => passes(at, service) && (resources.is_negated() || about.next().is_some()),
        _ if limited => false,
        _ if resources.is_negated() => true,
        Reach::Own => about.any(|it| has_wildcard(name(it)) || it.contains("${aws:")),
        Reach::Others => about.any(|it| has_wildcard(name(it))),
        Reach::Running => about.any(|it| is_any_of_its_kind(it)),
    }
}

/// Whether the statement lets roles be passed to `service`, and more than one that it names for that service.
fn passes(at: &At<'_>, service: &str) -> bool {
    let conditions = &at.statement.condition;
    let to_service = |condition: &&Condition| is_key(condition, "iam:PassedToService");
    if !conditions.iter().filter(to_service).all(|condition| is_met(condition, service)) {
        return false;
    }
    let is_specific = !at.statement.resource.is_negated()
        && (!at.statement.resource.iter().any(|it| has_wildcard(name(it))) || conditions.iter().any(limits_resource));
    let names_service = conditions.iter().any(names_service);
    !is_specific || !names_service
}

/// Whether the condition leaves only some services to pass roles to; every such request has the key.
pub(super) fn names_service(condition: &Condition) -> bool {
    is_key(condition, "iam:PassedToService") && matches!(gap(condition), None | Some(Gap::IfExists))
}

/// Whether it is denied to pass any role to `service`, by a condition on the service.
fn is_denied(service: &str, rights: &Rights<'_>) -> bool {
    rights.denying(PASS_ROLE).any(|deny| {
        let conditions = &deny.statement.condition;
        !conditions.is_empty()
            && is_on_all(deny)
            && conditions.iter().all(|it| is_key(it, "iam:PassedToService") && is_met(it, service))
    })
}

/// Whether the condition holds when a role is passed to `service`.
fn is_met(condition: &Condition, service: &str) -> bool {
    if condition.operator == Operator::Null {
        return condition.values.iter().any(|it| it == "false");
    }
    let like = matches!(condition.operator, Operator::StringLike | Operator::StringNotLike);
    let is_it = |value: &String| {
        let value = value.to_lowercase();
        if like { covers(&value, service) } else { value == service }
    };
    condition.values.iter().any(is_it) != condition.operator.is_negated()
}

/// Whether the condition leaves only some of the resources, such as those with a tag.
pub(super) fn limits_resource(condition: &Condition) -> bool {
    if is_key(condition, "iam:PolicyARN") {
        let gives_all = |value: &String| covers(value, ADMINISTRATOR);
        return gap(condition).is_none() && !condition.values.iter().any(gives_all);
    }
    let is_tag = starts_key(condition, "aws:ResourceTag/")
        || condition.key.split_once(':').is_some_and(|(_, name)| name.to_ascii_lowercase().starts_with("resourcetag/"));
    (is_tag || RESOURCE_KEYS.iter().any(|key| is_key(condition, key))) && gap(condition).is_none()
}

/// Whether `action` can be allowed on `resource`: not when the resource is another service's, or of another type.
pub(super) fn is_about(resource: &str, action: &str) -> bool {
    let Some([_, _, service, _, _, name]) = arn_parts(resource) else { return true };
    let prefix = action.split(':').next().unwrap_or_default();
    let is_theirs = is_of(prefix, service) || has_wildcard(service) || service.contains("${");
    let start = name.split(['*', '?', '$']).next().unwrap_or_default();
    let kind = if prefix == "iam" || prefix == "sts" { identity(action) } else { "" };
    is_theirs && (start.starts_with(kind) || kind.starts_with(start))
}

/// Whether actions with this prefix are about resources of `service`.
fn is_of(prefix: &str, service: &str) -> bool {
    match prefix {
        "sts" => service == "iam",
        "ec2-instance-connect" => service == "ec2",
        "ssm" => service == "ssm" || service == "ec2",
        _ => service == prefix,
    }
}

/// What IAM's ARNs start with for the identities that `action` is about.
fn identity(action: &str) -> &'static str {
    const KINDS: &[(&str, &str)] = &[
        ("InstanceProfile", "instance-profile/"),
        ("PolicyVersion", "policy/"),
        ("SAMLProvider", "saml-provider/"),
        ("OpenIDConnectProvider", "oidc-provider/"),
        ("MFADevice", "user/"),
        ("ServiceSpecificCredential", "user/"),
        ("SigningCertificate", "user/"),
        ("Group", "group/"),
        ("Role", "role/"),
        ("User", "user/"),
        ("AccessKey", "user/"),
        ("LoginProfile", "user/"),
    ];
    KINDS.iter().find(|(word, _)| action.contains(word)).map_or("", |(_, kind)| kind)
}

/// The part of an ARN that names the resource in its account; all of what is no ARN.
fn name(resource: &str) -> &str {
    arn_parts(resource).map_or(resource, |parts| parts[5])
}

/// Whether the resource is all of a kind: `*`, or an ARN such as `arn:aws:lambda:*:*:function:*`.
pub(super) fn is_any_of_its_kind(resource: &str) -> bool {
    let name = name(resource);
    name.split_once(['/', ':']).map_or(name, |(_, name)| name).starts_with('*') || name.starts_with('*')
}

impl<'a> Step<'a> {
    /// The action, its resource and its place, seen from the policy with the index `from`.
    pub(super) fn describe(&self, from: usize) -> String {
        let policy = if self.policy == from { String::new() } else { format!("policy {}, ", self.policy) };
        let condition = if self.at.statement.condition.is_empty() { "" } else { " under a condition" };
        let (action, resource, place) = (self.action, self.resource(), self.at.pointer);
        let written = self.written().map(|it| format!(" by `{it}`")).unwrap_or_default();
        format!("`{action}`{written} on `{resource}`{condition} ({policy}{place})")
    }

    /// The first resource on which the statement allows the action.
    pub(super) fn resource(&self) -> String {
        let resources = &self.at.statement.resource;
        let first = resources.iter().find(|it| resources.is_negated() || is_about(it, self.action));
        let first = first.map_or("*", String::as_str);
        if resources.is_negated() { format!("all but {first}") } else { first.to_owned() }
    }

    /// The only role that can be passed, when it is one that is named.
    pub(super) fn only_role(&self) -> Option<&'a str> {
        let resources = &self.at.statement.resource;
        match resources.as_slice() {
            [role] if self.action == PASS_ROLE && !resources.is_negated() && !has_wildcard(name(role)) => Some(role),
            _ => None,
        }
    }

    /// How the statement writes the action, when that is by a pattern or by what it leaves out.
    fn written(&self) -> Option<String> {
        let actions = &self.at.statement.action;
        if actions.is_negated() {
            return acts(&self.at, self.action).then(|| "NotAction".to_owned());
        }
        let found = actions.iter().find(|it: &&Action| it.covers(self.action))?;
        found.has_wildcard().then(|| found.as_str().to_owned())
    }
}
