//! Whether a role allows an action on what a program calls it on, as far as the source names that.

use std::collections::BTreeMap;

use policies::{Effect, Statement};

use super::AuditedProgram;
use super::resource::{Place, Resource};
use super::source::Value;
use crate::audit::expression::{covers, shown};

/// What the environment variables of a function are: texts as policies have them, see [`crate::audit::expression`].
pub(super) type Environment = BTreeMap<String, String>;

/// What a call is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A resource by its ARN, in which `*` stands for what is not known: where it is, and the names of objects.
    Arn(String),
    /// A resource of the template by its logical id.
    Id(String),
}

/// The region, account and partition of a call are those of wherever the function is.
const ANYWHERE: Place = Place { partition: "*", region: "*", account: "*" };

impl Target {
    /// What `resource` is, with the function's `environment`; nothing when that is not known.
    pub(super) fn of(resource: &Resource, environment: &Environment) -> Option<Self> {
        let Resource::Of { kind, format, names } = resource else { return None };
        let filled = |value: &Value| match value {
            Value::Variable(name) => environment.get(name).map_or(Value::Unknown, |text| Value::Literal(text.clone())),
            other => other.clone(),
        };
        let names: Vec<_> = names.iter().map(|(name, value)| (name.clone(), filled(value))).collect();
        if let [(_, Value::Literal(text))] = names.as_slice() {
            let id = shown(text);
            // A reference is shown by the id alone; what goes on after it is another resource.
            if id != *text && id.chars().all(|it| it.is_ascii_alphanumeric()) {
                return Some(Self::Id(id));
            }
        }
        let is_plain = |(_, value): &(String, Value)| matches!(value, Value::Literal(text) if !text.contains("${"));
        if names.is_empty() || !names.iter().all(is_plain) {
            return None;
        }
        let resource = Resource::Of { kind: kind.clone(), format: format.clone(), names };
        Some(Self::Arn(resource.text(Some(ANYWHERE), str::to_owned)))
    }

    /// Whether `resource` of a statement stands for it; nothing when that is not known.
    fn is_in(&self, resource: &str) -> Option<bool> {
        if resource == "*" {
            return Some(true);
        }
        match self {
            Self::Id(id) => {
                let allowed = shown(resource);
                let named = allowed.split('/').next().unwrap_or_default();
                let is_id = allowed != resource && named.chars().all(|it| it.is_ascii_alphanumeric());
                is_id.then(|| named == id)
            }
            Self::Arn(arn) if !resource.contains("${") => covers_arn(resource, arn),
            Self::Arn(_) => None,
        }
    }
}

/// Whether the ARN `pattern` of a policy stands for `arn`, of which parts are not known.
fn covers_arn(pattern: &str, arn: &str) -> Option<bool> {
    let parts = |text: &str| text.splitn(6, ':').map(str::to_owned).collect::<Vec<_>>();
    let (allowed, used) = (parts(pattern), parts(arn));
    let ([before @ .., allowed], [before_used @ .., used]) = (&allowed[..], &used[..]) else { return None };
    if before.len() != 5 || before_used.len() != 5 {
        return None;
    }
    let may_meet =
        |(one, other): (&String, &String)| other == "*" || other.is_empty() && one == "*" || covers(one, other);
    if !before.iter().zip(before_used).all(may_meet) {
        return Some(false);
    }
    if covers(allowed, used) {
        return Some(true);
    }
    // Two patterns whose beginnings differ have nothing in common.
    let fixed = |text: &str| text[..text.find(['*', '?']).unwrap_or(text.len())].to_owned();
    let (one, other) = (fixed(allowed), fixed(used));
    let is_apart = !one.starts_with(&other) && !other.starts_with(&one);
    (is_apart || !used.contains(['*', '?'])).then_some(false)
}

/// What is known of the resources on which a role allows an action that a program needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It allows the action on all that the calls name.
    Allowed,
    /// It allows it only on other resources than this.
    Elsewhere(Target),
    /// The source does not tell what the calls are on, or the role not what it allows it on.
    Unknown,
}

/// Whether `statements` allow `action` on all `resources`, which calls are on.
pub(super) fn reach<'a>(
    statements: impl Iterator<Item = &'a Statement>,
    resources: impl Iterator<Item = &'a Resource>,
    environment: &Environment,
) -> Reach {
    let allowing: Vec<_> = statements.filter(|it| it.effect == Effect::Allow).collect();
    let mut reach = Reach::Allowed;
    for resource in resources.filter(|it| **it != Resource::Any) {
        let allowed = || allowing.iter().flat_map(|it| it.resource.iter().map(|on| (it.resource.is_negated(), on)));
        // On everything, it makes no difference what is meant.
        if allowed().any(|(is_negated, on)| !is_negated && on == "*") {
            continue;
        }
        let Some(target) = Target::of(resource, environment) else {
            reach = Reach::Unknown;
            continue;
        };
        let verdicts: Vec<_> = allowed().map(|(is_negated, on)| target.is_in(on).map(|it| it != is_negated)).collect();
        if verdicts.contains(&Some(true)) {
            continue;
        }
        if verdicts.contains(&None) {
            reach = Reach::Unknown;
        } else {
            return Reach::Elsewhere(target);
        }
    }
    reach
}

/// Whether it is certain that no call of `action` by `program` is on `resource` of a statement.
pub(super) fn is_elsewhere(program: &AuditedProgram, action: &str, resource: &str, environment: &Environment) -> bool {
    let needed =
        program.operations.iter().flat_map(|it| &it.actions).filter(|it| it.is_possible() && it.action == action);
    let mut resources = needed.flat_map(|it| &it.resources.0).peekable();
    resources.peek().is_some()
        && resources.all(|it| Target::of(it, environment).is_some_and(|target| target.is_in(resource) == Some(false)))
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Arn(text) | Self::Id(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(used: &str, allowed: &str, expected: Option<bool>) {
        assert_eq!(Target::Arn(used.to_owned()).is_in(allowed), expected, "{used} in {allowed}");
    }

    #[test]
    fn an_arn_is_compared_by_what_is_known_of_it() {
        let orders = "arn:*:dynamodb:*:*:table/orders";
        check(orders, "*", Some(true));
        check(orders, "arn:aws:dynamodb:eu-west-1:111111111111:table/orders", Some(true));
        check(orders, "arn:aws:dynamodb:*:*:table/*", Some(true));
        check(orders, "arn:aws:dynamodb:eu-west-1:111111111111:table/other", Some(false));
        check(orders, "arn:aws:sqs:eu-west-1:111111111111:orders", Some(false));
        check(orders, "arn:aws:dynamodb:eu-west-1:111111111111:table/${aws:username}", None);
        // The name of the object is not known.
        check("arn:*:s3:::maps/*", "arn:aws:s3:::maps/*", Some(true));
        check("arn:*:s3:::maps/*", "arn:aws:s3:::maps/public/*", None);
        check("arn:*:s3:::maps/*", "arn:aws:s3:::other/*", Some(false));
        check("arn:*:s3:::maps", "arn:aws:s3:::maps/*", Some(false));
        check("arn:aws:sqs:eu-west-1:111111111111:orders", "arn:aws:sqs:eu-west-2:111111111111:orders", Some(false));
    }
}
