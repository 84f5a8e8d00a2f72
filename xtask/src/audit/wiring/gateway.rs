//! What API Gateway may do and no route needs.

use infra::apigateway::{Integration, Method};
use infra::iam::Role;
use infra::lambda::Permission;
use infra::plan::resource_name;
use infra::{LogicalId, Stack, Value};
use policies::{Effect, action};

use super::deliveries::{self, deliveries};
use super::location;
use crate::audit::finding::AuditFinding;
use crate::audit::rules;

const GATEWAY: &str = "apigateway.amazonaws.com";

/// Rights of API Gateway's roles that no integration needs, and permissions for routes that there are not.
pub(super) fn needless(stack: &Stack) -> Vec<AuditFinding> {
    let mut findings = rights(stack);
    findings.extend(permissions(stack));
    findings
}

fn rights(stack: &Stack) -> Vec<AuditFinding> {
    let calls: Vec<_> = deliveries::role_calls(stack).map(|call| (call.role(), call.queue_arn())).collect();
    let used: Vec<LogicalId> = calls.iter().map(|(role, _)| *role).collect();
    let mut findings = Vec::new();
    for (id, role) in stack.resources_of::<Role>().filter(|(id, _)| used.contains(&id.id())) {
        // A role that other integrations have as well is not known in full.
        if integrations(stack, id.id()) != used.iter().filter(|it| **it == id.id()).count() {
            continue;
        }
        let statements = role.policies.iter().flat_map(|policy| &policy.policy_document.statement);
        for statement in statements.filter(|statement| statement.effect == Effect::Allow) {
            for (action, resource) in
                statement.action.iter().flat_map(|it| statement.resource.iter().map(move |on| (it, on)))
            {
                let needed = *action == action::sqs::SEND_MESSAGE
                    && !statement.action.is_negated()
                    && calls.iter().any(|(role, queue)| *role == id.id() && queue == resource);
                if needed {
                    continue;
                }
                let on = resource_name(resource);
                let message = format!("the role `{}` allows `{action}` on `{on}`, which no route calls", id.id());
                let finding = AuditFinding::new(&rules::ROLE_UNUSED, stack.name(), id.id(), message);
                findings.push(finding.at(location(stack, id.id())).about(action.as_str()).on(on));
            }
        }
    }
    findings
}

/// How many integrations of the stack's APIs have the role.
fn integrations(stack: &Stack, role: LogicalId) -> usize {
    let methods = stack.resources_of::<Method>();
    methods
        .filter(|(_, method)| match &method.integration {
            Integration::AwsService(service) => resource_name(&service.credentials.text()) == role.as_str(),
            _ => false,
        })
        .count()
}

fn permissions(stack: &Stack) -> Vec<AuditFinding> {
    let routes = deliveries(stack);
    let routes: Vec<_> = routes.iter().filter(|delivery| delivery.service == GATEWAY).collect();
    let of_gateway = stack.resources_of::<Permission>().filter(|(_, it)| it.principal == Value::from(GATEWAY));
    let needless = of_gateway.filter(|(_, permission)| {
        let target = Value::from(permission.function_name.arn());
        permission
            .source_arn
            .as_ref()
            .is_some_and(|source| !routes.iter().any(|route| route.target_arn == target && route.source_arn == *source))
    });
    needless
        .map(|(id, permission)| {
            let source = permission.source_arn.as_ref().map(resource_name).unwrap_or_default();
            let function = permission.function_name.id();
            let message =
                format!("`{}` lets API Gateway invoke `{function}` for `{source}`, which is no route", id.id());
            let finding = AuditFinding::new(&rules::ROUTE_TOO_BROAD, stack.name(), id.id(), message);
            finding.at(location(stack, id.id())).about(permission.action.as_str()).on(source)
        })
        .collect()
}
