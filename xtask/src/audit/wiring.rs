//! What the wiring of a stack needs beside the roles of its functions: that who gets something lets in who sends it.
//!
//! The emulator enforces little of it, so that only AWS would tell, by silence: what cannot be delivered is dropped.

mod deliveries;
mod gateway;

use std::collections::{BTreeMap, BTreeSet};

use infra::iam::{Principal, Statement};
use infra::lambda::{Function, Permission};
use infra::sns::{FifoTopic, StandardTopic, TopicPolicy};
use infra::sqs::{FifoQueue, QueuePolicy, StandardQueue};
use infra::{LogicalId, Stack, Value};
use policies::{Action, Effect};

use super::finding::AuditFinding;
use super::rules;
use deliveries::{Delivery, deliveries};

/// Everything that a service delivers and whose target does not let it in, and what the role of an API may not call.
#[must_use]
pub fn broken(stack: &Stack) -> Vec<AuditFinding> {
    let policies = ResourcePolicies::of(stack);
    let refused = deliveries(stack).into_iter().filter(|delivery| !policies.allow(delivery));
    let mut findings: Vec<_> = refused.map(|delivery| not_let_in(stack, &delivery)).collect();
    findings.extend(deliveries::role_calls(stack).filter_map(|call| call.denied(stack)));
    findings.extend(gateway::needless(stack));
    findings.extend(shared_roles(stack));
    findings
}

/// Roles that several functions have: each has the rights of all.
fn shared_roles(stack: &Stack) -> Vec<AuditFinding> {
    let mut functions: BTreeMap<LogicalId, Vec<LogicalId>> = BTreeMap::new();
    for (id, function) in stack.resources_of::<Function>() {
        if let Some(role) = function.role_in(stack) {
            functions.entry(role.id()).or_default().push(id.id());
        }
    }
    let shared = functions.into_iter().filter(|(_, of)| of.len() > 1);
    shared
        .map(|(role, of)| {
            let names: Vec<_> = of.iter().map(|id| format!("`{id}`")).collect();
            let message =
                format!("the role `{role}` is that of {}, so that each has the rights of all", names.join(", "));
            AuditFinding::new(&rules::SHARED_ROLE, stack.name(), role, message).at(location(stack, role))
        })
        .collect()
}

/// What the resources of a stack let others do with them.
struct ResourcePolicies<'a> {
    permissions: Vec<(LogicalId, &'a Permission)>,
    statements: Vec<(LogicalId, &'a Statement)>,
}

impl<'a> ResourcePolicies<'a> {
    fn of(stack: &'a Stack) -> Self {
        let mut statements = Vec::new();
        for (id, policy) in stack.resources_of::<QueuePolicy<StandardQueue>>() {
            statements.extend(policy.policy_document.statement.iter().map(|it| (id.id(), it)));
        }
        for (id, policy) in stack.resources_of::<QueuePolicy<FifoQueue>>() {
            statements.extend(policy.policy_document.statement.iter().map(|it| (id.id(), it)));
        }
        for (id, policy) in stack.resources_of::<TopicPolicy<StandardTopic>>() {
            statements.extend(policy.policy_document.statement.iter().map(|it| (id.id(), it)));
        }
        for (id, policy) in stack.resources_of::<TopicPolicy<FifoTopic>>() {
            statements.extend(policy.policy_document.statement.iter().map(|it| (id.id(), it)));
        }
        let permissions = stack.resources_of::<Permission>().map(|(id, permission)| (id.id(), permission)).collect();
        Self { permissions, statements }
    }

    fn allow(&self, delivery: &Delivery) -> bool {
        let by_permission = self.permissions.iter().any(|(_, permission)| {
            Value::from(permission.function_name.arn()) == delivery.target_arn
                && permission.principal == delivery.service.into()
                && permission.source_arn.as_ref().is_none_or(|source| *source == delivery.source_arn)
        });
        by_permission || self.statements.iter().any(|(_, statement)| allows(statement, delivery))
    }
}

fn allows(statement: &Statement, delivery: &Delivery) -> bool {
    let from_source = statement
        .condition
        .iter()
        .filter(|condition| condition.key == "aws:SourceArn")
        .all(|condition| condition.values.contains(&delivery.source_arn));
    statement.effect == Effect::Allow
        && statement.principal == Some([Principal::service(delivery.service)].into_iter().collect())
        && statement.action.iter().any(|action| action.covers(delivery.action.as_str()))
        && statement.resource.contains(&delivery.target_arn)
        && from_source
}

fn not_let_in(stack: &Stack, delivery: &Delivery) -> AuditFinding {
    let Delivery { service, action, target, purpose, by, .. } = delivery;
    let rule = if *service == "apigateway.amazonaws.com" { &rules::ROUTE_NOT_LET_IN } else { &rules::NOT_LET_IN };
    AuditFinding::new(rule, stack.name(), by, format!("`{target}` does not let {purpose}"))
        .at(location(stack, *by))
        .evidence(format!("no policy or permission of `{target}` allows `{service}` to `{action}` for this source"))
        .fix(if action.service() == "lambda" {
            format!("add a `Permission` of `{target}` for `{service}` with the source's ARN")
        } else {
            format!("allow `{action}` to `{service}` in a policy of `{target}`, with `Condition::source_arn`")
        })
        .about(action.as_str())
        .on(target.as_str())
}

fn location(stack: &Stack, id: LogicalId) -> Option<String> {
    stack.declared(id).map(|declared| declared.source.to_string())
}

/// The actions of `wanted` that no statement of `granted` allows on `resource`.
fn absent<'a>(granted: &[&Statement], wanted: &'a [Action], resource: &Value) -> BTreeSet<&'a Action> {
    let allows = |action: &Action| {
        granted.iter().any(|statement| {
            statement.effect == Effect::Allow
                && statement.action.iter().any(|it| it.covers(action.as_str()))
                && statement.resource.contains(resource)
        })
    };
    wanted.iter().filter(|action| !allows(action)).collect()
}
