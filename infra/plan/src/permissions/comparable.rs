//! The policies of a template as ones that can be compared.

use policies::contain::wider;
use policies::{Action, Effect, PolicyDocument, Principal, Statement, parse};
use serde_json::{Value as Json, json};

/// The policy that has only `statement`, in which variables stand for intrinsic functions; nothing when it cannot be read.
pub(super) fn policy(statement: &Json) -> Option<PolicyDocument> {
    // What looks like a variable in the language before 2012 is written as text already.
    parse::value(&json!({"Version": "2012-10-17", "Statement": [statement]})).ok()
}

/// Whether it is certain that the statements of `part` allow nothing beyond what `before` did, given the denials of `after`.
pub(super) fn is_allowed_already(part: &PolicyDocument, before: &[PolicyDocument], after: &[PolicyDocument]) -> bool {
    let after: Vec<_> = denials(after).chain([part.clone()]).collect();
    wider(before, &after).is_contained()
}

/// Whether it is certain that what the denial `part` denied is denied by `after` too, whatever allows it.
pub(super) fn is_denied_still(part: &PolicyDocument, after: &[PolicyDocument]) -> bool {
    let of_resource = part.statement.iter().any(|statement| statement.principal.is_some());
    let all = Statement::allow([Action::new("*")]).on("*");
    let all = PolicyDocument::from([if of_resource { all.principal(Principal::Any) } else { all }]);
    let after: Vec<_> = denials(after).chain([all.clone()]).collect();
    wider(&[part.clone(), all], &after).is_contained()
}

fn denials(policies: &[PolicyDocument]) -> impl Iterator<Item = PolicyDocument> {
    let denies = |policy: &&PolicyDocument| policy.statement.iter().all(|it| it.effect == Effect::Deny);
    policies.iter().filter(denies).cloned()
}
