//! What the role of a function allows, and what AWS needs of it on the function's behalf.

use std::collections::BTreeSet;

use infra::iam::{ManagedPolicy, Policy, Statement};
use infra::lambda::{Destination, EventInvokeConfig, EventSourceMapping, Function, TracingMode};
use infra::sqs::{FifoQueue, Queue, StandardQueue};
use infra::{LogicalId, Resource, Stack, Value};
use policies::{Action, Effect, action};

use super::compare::Subject;
use super::finding::{AuditFinding, Severity};
use super::linked::Linked;

/// The rights of a function's role.
#[derive(Debug, Clone)]
pub struct Rights {
    /// Every statement of its inline and attached policies.
    pub granted: Vec<Statement>,
    /// What AWS itself does with the role.
    pub platform: Vec<PlatformNeed>,
    /// The policies by reference, which the audit does not read.
    pub unread: Vec<String>,
}

/// Something AWS does with a function's role.
#[derive(Debug, Clone)]
pub struct PlatformNeed {
    /// What it is, such as `polling SightingsQueue`.
    pub purpose: String,
    /// What it needs.
    pub actions: Vec<Action>,
    /// On what; `None` for actions that IAM checks against no resource.
    pub resource: Option<Value>,
}

impl Rights {
    /// The rights of the function `id` of `stack`, and its needs as the stack's wiring gives them.
    #[must_use]
    pub fn of(stack: &Stack, id: LogicalId, function: &Function) -> Self {
        let role = function.role_in(stack);
        let inline = role.and_then(|role| stack.get(role)).map(|role| role.policies.as_slice()).unwrap_or_default();
        let inline = inline.iter().flat_map(|policy| &policy.policy_document.statement);
        let attached = stack
            .resources_of::<Policy>()
            .filter(|(_, policy)| role.is_some_and(|role| policy.roles.contains(&role)))
            .flat_map(|(_, policy)| &policy.policy_document.statement);
        Self {
            granted: inline.chain(attached).cloned().collect(),
            platform: needs(stack, id, function),
            unread: unread(stack, function),
        }
    }

    /// A finding for each policy that allows something the audit does not see.
    #[must_use]
    pub fn unseen(&self, subject: Subject<'_>) -> Vec<AuditFinding> {
        let finding = |policy: &String| AuditFinding {
            id: "LP05",
            severity: Severity::High,
            stack: subject.stack.to_owned(),
            resource: subject.resource.to_owned(),
            message: format!(
                "the role of `{}` has the policy `{policy}`, whose rights the audit does not see",
                subject.resource
            ),
            location: subject.location.map(str::to_owned),
            evidence: "declared in the stack".to_owned(),
            fix: "grant what is needed by bindings or in the role's own policies".to_owned(),
        };
        self.unread.iter().map(finding).collect()
    }

    /// Every action that AWS needs of the role.
    #[must_use]
    pub fn platform_actions(&self) -> BTreeSet<Action> {
        self.platform.iter().flat_map(|need| need.actions.iter().cloned()).collect()
    }

    /// What AWS needs of the role and the role does not allow.
    #[must_use]
    pub fn missing(&self, subject: Subject<'_>) -> Vec<AuditFinding> {
        let allows = |statement: &Statement, need: &PlatformNeed, action: &Action| {
            let on = need.resource.as_ref().is_none_or(|resource| statement.resource.contains(resource));
            statement.effect == Effect::Allow && on && statement.action.iter().any(|it| it.covers(action.as_str()))
        };
        let missing = |need: &PlatformNeed| {
            let lacks = |action: &&Action| !self.granted.iter().any(|statement| allows(statement, need, action));
            let absent: Vec<_> = need.actions.iter().filter(lacks).map(|it| format!("`{it}`")).collect();
            (!absent.is_empty()).then(|| AuditFinding {
                id: "PL01",
                severity: Severity::High,
                stack: subject.stack.to_owned(),
                resource: subject.resource.to_owned(),
                message: format!("the role of `{}` lacks {}", subject.resource, absent.join(", ")),
                location: subject.location.map(str::to_owned),
                evidence: format!("AWS uses the role for {}", need.purpose),
                fix: "allow it in the role's policy, on the resource that is used".to_owned(),
            })
        };
        self.platform.iter().filter_map(missing).collect()
    }

    /// For each action on each resource: the action, the resource, and what uses it.
    pub fn lines(&self, linked: Option<&Linked>) -> impl Iterator<Item = (String, String, String)> {
        self.granted.iter().flat_map(move |statement| {
            statement.action.iter().flat_map(move |action| {
                let user = self.user(action, linked);
                statement
                    .resource
                    .iter()
                    .map(move |resource| (action.to_string(), infra::plan::resource_name(resource), user.clone()))
            })
        })
    }

    fn user(&self, action: &Action, linked: Option<&Linked>) -> String {
        if let Some(need) = self.platform.iter().find(|need| need.actions.contains(action)) {
            return need.purpose.clone();
        }
        let operations = linked.into_iter().flat_map(|linked| &linked.operations);
        let users: Vec<_> = operations
            .filter(|operation| operation.actions().any(|it| it == action.as_str()))
            .map(|operation| operation.name)
            .collect();
        if users.is_empty() {
            "nothing that was found".to_owned()
        } else {
            format!("{} in the program", users.join(", "))
        }
    }
}

fn unread(stack: &Stack, function: &Function) -> Vec<String> {
    let Some(role) = function.role_in(stack) else { return vec!["of a role outside of the stack".to_owned()] };
    let by_arn = stack.get(role).into_iter().flat_map(|role| &role.managed_policy_arns);
    let by_arn = by_arn.map(|arn| infra::plan::resource_name(&arn.text()));
    let managed = stack.resources_of::<ManagedPolicy>().filter(|(_, policy)| policy.roles.contains(&role));
    by_arn.chain(managed.map(|(policy, _)| policy.id().to_string())).collect()
}

fn needs(stack: &Stack, id: LogicalId, function: &Function) -> Vec<PlatformNeed> {
    let group = function.logging_config.as_ref().and_then(|config| config.log_group);
    let logs = PlatformNeed {
        purpose: "writing logs".to_owned(),
        actions: vec![action::logs::CREATE_LOG_STREAM, action::logs::PUT_LOG_EVENTS],
        resource: group.map(|group| group.arn().into()),
    };
    let dead = function.dead_letter_target.map(|queue| PlatformNeed {
        purpose: format!("sending failed events to {}", queue.id()),
        actions: vec![action::sqs::SEND_MESSAGE],
        resource: Some(queue.arn().into()),
    });
    let traces = (function.tracing == Some(TracingMode::Active)).then(|| PlatformNeed {
        purpose: "tracing".to_owned(),
        actions: vec![action::xray::PUT_TRACE_SEGMENTS, action::xray::PUT_TELEMETRY_RECORDS],
        resource: None,
    });
    let told = stack
        .resources_of::<EventInvokeConfig>()
        .filter(move |(_, config)| config.function.id() == id)
        .flat_map(|(_, config)| [config.on_failure, config.on_success])
        .flatten()
        .map(telling);
    let polled = polling::<FifoQueue>(stack, id).chain(polling::<StandardQueue>(stack, id));
    [logs].into_iter().chain(dead).chain(traces).chain(told).chain(polled).collect()
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
fn telling(destination: Destination) -> PlatformNeed {
    let (id, action, arn) = match destination {
        Destination::Queue(queue) => (queue.id(), action::sqs::SEND_MESSAGE, queue.arn()),
        Destination::Topic(topic) => (topic.id(), action::sns::PUBLISH, topic.arn()),
        Destination::Function(function) => (function.id(), action::lambda::INVOKE_FUNCTION, function.arn()),
        Destination::EventBus(bus) => (bus.id(), action::events::PUT_EVENTS, bus.arn()),
    };
    PlatformNeed {
        purpose: format!("telling {id} of asynchronous invocations"),
        actions: vec![action],
        resource: Some(arn.into()),
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
fn polling<Q: Queue>(stack: &Stack, function: LogicalId) -> impl Iterator<Item = PlatformNeed>
where
    EventSourceMapping<Q>: Resource,
{
    let mappings = stack.resources_of::<EventSourceMapping<Q>>();
    mappings.filter(move |(_, mapping)| mapping.function_name.id() == function).map(|(_, mapping)| PlatformNeed {
        purpose: format!("polling {}", mapping.queue.id()),
        actions: vec![action::sqs::RECEIVE_MESSAGE, action::sqs::DELETE_MESSAGE, action::sqs::GET_QUEUE_ATTRIBUTES],
        resource: Some(mapping.queue.arn().into()),
    })
}
