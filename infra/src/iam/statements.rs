//! What the statements of a policy need, by what the policy is attached to.

use super::{PolicyDocument, Principal, Statement};
use crate::check::Check;
use crate::parameter::AccountId;
use crate::value::Value;

/// Everything in the account `account` that the account itself allows.
#[must_use]
pub fn account_root(account: &Value<AccountId>) -> Principal {
    Principal::aws(account.text().surrounded("arn:${AWS::Partition}:iam::", ":root"))
}

/// `statements` with those on the same resource as one, each action once.
#[must_use]
pub fn merged<'a>(statements: impl IntoIterator<Item = &'a Statement>) -> Vec<Statement> {
    let mut merged: Vec<Statement> = Vec::new();
    for statement in statements {
        let same = |other: &&mut Statement| {
            other.effect == statement.effect
                && other.principal == statement.principal
                && other.resource == statement.resource
                && other.condition == statement.condition
                && !other.action.is_negated()
                && !statement.action.is_negated()
        };
        match merged.iter_mut().find(same) {
            Some(other) => {
                for action in &statement.action {
                    if !other.action.contains(action) {
                        other.action.push(action.clone());
                    }
                }
            }
            None => merged.push(statement.clone()),
        }
    }
    merged
}

/// Checks the policy of a role: it names resources, and its principal is the role.
pub(crate) fn check_identity_policy(policy: &PolicyDocument, check: &mut Check<'_>) {
    for statement in &policy.statement {
        if statement.resource.is_empty() {
            let message = format!("the statement on {} names no resource", actions(statement));
            check.error("policy-resource", message).help("add `.on(...)` with the resource's ARN");
        }
        if statement.principal.is_some() {
            let message =
                format!("the statement on {} names a principal, which is the role itself", actions(statement));
            check.error("policy-principal", message).help("remove the principal");
        }
    }
}

/// Checks the policy of a resource: it says whom it speaks of.
pub(crate) fn check_resource_policy(policy: &PolicyDocument, check: &mut Check<'_>) {
    for statement in policy.statement.iter().filter(|statement| statement.principal.is_none()) {
        let message = format!("the statement on {} names no principal", actions(statement));
        check.error("policy-principal", message).help("add `.principal(...)` with the account or service");
    }
}

fn actions(statement: &Statement) -> String {
    let names: Vec<_> = statement.action.iter().map(|action| format!("`{action}`")).collect();
    names.join(", ")
}
