//! Denials that keep out all but some, as a condition of what is allowed would.

use super::principals::{CALLER_KEYS, is_of_any_account, is_one_of, is_public};
use crate::audit::limit::{gap, is_key};
use crate::audit::policy::At;
use crate::audit::wildcard::{action_covers, resource_covers};
use crate::condition::{Condition, Operator, Quantifier};
use crate::document::Effect;

/// How many statements are looked at: the policies of resources and roles have few.
const STATEMENTS: usize = 64;

/// Whether a statement of the policy denies all that this one allows to everyone but some.
pub(super) fn keeps_out_all_but_some(at: &At<'_>) -> bool {
    at.policy.statements().take(STATEMENTS).any(|denial| {
        denial.statement.effect == Effect::Deny
            && is_public(&denial)
            && !denial.statement.condition.is_empty()
            && denial.statement.condition.iter().all(is_about_others)
            && is_about_all(&denial, at)
    })
}

/// Whether a condition of a denial holds for every caller but those that it names.
fn is_about_others(condition: &Condition) -> bool {
    // Requests without credentials lack the key, so that only `IfExists` keeps them out.
    if is_key(condition, "aws:PrincipalIsAWSService") {
        return condition.operator == Operator::Bool && condition.if_exists && condition.values == ["false"];
    }
    let Some(operator) = condition.operator.negation().filter(|_| condition.operator.is_negated()) else {
        return false;
    };
    let named = Condition { operator, quantifier: None, if_exists: false, ..condition.clone() };
    // No value of a request without the key is another.
    condition.quantifier != Some(Quantifier::ForAnyValue)
        && is_one_of(condition, CALLER_KEYS)
        && gap(&named).is_none()
        && !is_of_any_account(&named)
}

/// Whether a denial is about every action and every resource of what a statement allows.
fn is_about_all(denial: &At<'_>, allowed: &At<'_>) -> bool {
    let (denial, allowed) = (denial.statement, allowed.statement);
    let is_listed = |statement: &crate::Statement| !statement.action.is_negated() && !statement.resource.is_negated();
    let is_denied_action =
        |action: &crate::Action| denial.action.iter().any(|it| action_covers(it.as_str(), action.as_str()));
    let is_denied_resource = |resource: &String| denial.resource.iter().any(|it| resource_covers(it, resource));
    is_listed(denial)
        && is_listed(allowed)
        && allowed.action.iter().all(is_denied_action)
        && allowed.resource.iter().all(is_denied_resource)
}
