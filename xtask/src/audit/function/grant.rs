//! An action on a resource, as a statement of a function's role allows it.

use infra::iam::VARIABLE_PREFIX;
use policies::audit::Rule;
use policies::{Action, Condition, Operation, Statement, catalogue, operation};

use super::Bound;
use crate::audit::expression::shown;
use crate::audit::rules;
use crate::audit::usage::Program;

/// An action on a resource, as a statement of the role allows it.
#[derive(Clone, Copy)]
pub(super) struct Grant<'a> {
    pub(super) action: &'a Action,
    pub(super) resource: &'a String,
    pub(super) statement: &'a Statement,
}

impl Grant<'_> {
    pub(super) fn shown_action(&self) -> String {
        if self.statement.action.is_negated() { format!("all but {}", self.action) } else { self.action.to_string() }
    }

    pub(super) fn is_broad_action(&self) -> bool {
        self.action.has_wildcard() || self.statement.action.is_negated()
    }

    /// Whether it is on several resources: no binding grants on just these, and the action can be limited to one.
    pub(super) fn is_broad_resource(&self, bound: &[Bound<'_>]) -> bool {
        let text = self.resource;
        if !text.contains(['*', '?']) && !self.statement.resource.is_negated() {
            return false;
        }
        let is_bound = bound.iter().any(|bound| self.is_of(bound));
        let has_no_resource = catalogue::action(self.action.as_str()).is_some_and(|it| it.resources.is_empty());
        let of_one_bucket =
            self.action.service() == "s3" && text.split_once('/').is_some_and(|(bucket, _)| !bucket.contains('*'));
        !is_bound && !has_no_resource && !of_one_bucket
    }

    pub(super) fn is_hard_coded(&self) -> bool {
        self.resource.starts_with("arn:") && !self.resource.contains(VARIABLE_PREFIX)
    }

    /// Whether the binding is to what it is on: a parameter of a call may need more than the binding grants.
    pub(super) fn is_on(&self, bound: &Bound<'_>) -> bool {
        bound.grants.iter().any(|grant| grant.resource.contains(self.resource))
    }

    /// Whether the binding grants it.
    pub(super) fn is_of(&self, bound: &Bound<'_>) -> bool {
        bound.grants.iter().any(|grant| self.is_in(grant))
    }

    fn is_in(&self, grant: &Statement) -> bool {
        grant.action.iter().any(|it| it == self.action) && grant.resource.contains(self.resource)
    }

    /// A condition under which the bindings grant it and the statement does not: each of them limits it, and none to as
    /// much as the statement allows.
    pub(super) fn lacks(&self, bound: &[Bound<'_>]) -> Option<String> {
        let grants = bound.iter().flat_map(|bound| &bound.grants).filter(|grant| self.is_in(grant));
        let lacking = grants.map(|grant| grant.condition.iter().find(|it| !self.statement.condition.contains(it)));
        lacking.collect::<Option<Vec<_>>>()?.first().map(|condition| shown_condition(condition))
    }
}

/// Whether a call of `operation` needs `action`, as far as the source tells which parameters calls set.
pub(super) fn needs(operation: &Operation, action: &Action, program: Program<'_>) -> bool {
    operation.required.iter().any(|it| action.covers(it))
        || operation.conditional.iter().any(|it| {
            action.covers(it.action)
                && (operation.required.is_empty() || is_by_value(it.parameter) || is_set(program, it.parameter))
        })
}

/// Whether a parameter needs more than being set: a value, named in parentheses, which the source does not tell.
pub(super) fn is_by_value(parameter: &str) -> bool {
    parameter.contains(" (")
}

/// Whether the source sets a parameter such as `VersionId` anywhere: a call of `version_id` or `set_version_id`.
pub(super) fn is_set(program: Program<'_>, parameter: &str) -> bool {
    let name = parameter.rsplit('.').next().unwrap_or(parameter).to_ascii_lowercase();
    program.source.sets(&name)
}

pub(super) fn conditions(statement: &Statement) -> String {
    statement.condition.iter().map(shown_condition).collect::<Vec<_>>().join(", ")
}

fn shown_condition(condition: &Condition) -> String {
    let values: Vec<_> = condition.values.iter().map(|it| shown(it)).collect();
    format!("{} {} {}", condition.operator_name(), condition.key, values.join("|"))
}

/// The rule that a right without use breaks.
pub(super) fn unused_rule(grant: Grant<'_>) -> &'static Rule {
    let action = grant.action.as_str();
    match grant.action.service() {
        "xray" => &rules::TRACING_UNUSED,
        "logs" => &rules::LOGS_UNUSED,
        "kms" => &rules::KEY_UNUSED,
        "sqs" if POLLING.iter().any(|it| action.eq_ignore_ascii_case(it)) => &rules::POLLER_UNUSED,
        "dynamodb" if shown(grant.resource).contains("/index/") => &rules::INDEX_UNUSED,
        _ => &rules::UNUSED,
    }
}

const POLLING: [&str; 4] =
    ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"];

/// The operations of the SDKs that need an action: those that always do, or else those that may.
pub(super) fn users(action: &Action) -> String {
    let of_service = operation::services().filter(|service| operation::prefix(service) == Some(action.service()));
    let all: Vec<_> = of_service.flat_map(|service| operation::of(service).into_iter().flatten()).collect();
    let always = all.iter().filter(|it| it.required.iter().any(|needed| action.covers(needed)));
    let maybe = all.iter().filter(|it| it.actions().any(|needed| action.covers(needed)));
    let mut users: Vec<_> = always.map(|it| it.name).collect();
    if users.is_empty() {
        users = maybe.map(|it| it.name).collect();
    }
    if users.is_empty() { format!("any operation that needs `{action}`") } else { users.join(", ") }
}
