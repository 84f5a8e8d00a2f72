//! What AWS does with the role of a function on the function's behalf, and what that needs.

use std::collections::BTreeSet;

use infra::lambda::{Destination, EventInvokeConfig, EventSourceMapping, Function, TracingMode};
use infra::plan::resource_name;
use infra::sqs::{FifoQueue, Queue, StandardQueue};
use infra::stack::Declared;
use infra::{LogicalId, Resource, Stack, Value};
use policies::audit::Rule;
use policies::{Action, action};
use serde_json::Value as Json;

use super::rules;

/// Something AWS does with a function's role.
#[derive(Debug, Clone)]
pub struct PlatformNeed {
    /// What it is, such as `polling SightingsQueue`.
    pub purpose: String,
    /// What it needs.
    pub actions: Vec<Action>,
    /// On what; `None` for actions that IAM checks against no resource.
    pub resource: Option<Value>,
    /// The key of KMS that it is, by its logical id or as the stack names it.
    pub key: Option<String>,
    /// The rule that is broken when the role lacks it.
    pub rule: &'static Rule,
}

/// What AWS needs of the role of the function `id` of `stack`, as the stack's wiring has it.
#[must_use]
pub fn needs(stack: &Stack, id: LogicalId, function: &Function) -> Vec<PlatformNeed> {
    let group = function.logging_config.as_ref().and_then(|config| config.log_group);
    let logs = PlatformNeed {
        purpose: "writing logs".to_owned(),
        actions: vec![action::logs::CREATE_LOG_STREAM, action::logs::PUT_LOG_EVENTS],
        resource: group.map(|group| group.arn().into()),
        key: None,
        rule: &rules::LOGS_MISSING,
    };
    let dead = function.dead_letter_target.map(|queue| PlatformNeed {
        purpose: format!("sending failed events to {}", queue.id()),
        actions: vec![action::sqs::SEND_MESSAGE],
        resource: Some(queue.arn().into()),
        key: None,
        rule: &rules::DEAD_LETTERS_MISSING,
    });
    let traces = (function.tracing == Some(TracingMode::Active)).then(|| PlatformNeed {
        purpose: "tracing".to_owned(),
        actions: vec![action::xray::PUT_TRACE_SEGMENTS, action::xray::PUT_TELEMETRY_RECORDS],
        resource: None,
        key: None,
        rule: &rules::TRACING_MISSING,
    });
    let told = stack
        .resources_of::<EventInvokeConfig>()
        .filter(move |(_, config)| config.function.id() == id)
        .flat_map(|(_, config)| [config.on_failure, config.on_success])
        .flatten()
        .map(telling);
    let polled = polling::<FifoQueue>(stack, id).chain(polling::<StandardQueue>(stack, id));
    let keys = encryption(stack, id, function);
    [logs].into_iter().chain(dead).chain(traces).chain(told).chain(polled).chain(keys).collect()
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
        key: None,
        rule: &rules::DESTINATION_MISSING,
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
        key: None,
        rule: &rules::POLLER_MISSING,
    })
}

/// The keys of the resources that the function uses, where they are not AWS's own.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html>
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>
fn encryption(stack: &Stack, id: LogicalId, function: &Function) -> Vec<PlatformNeed> {
    let polled = polling::<FifoQueue>(stack, id).chain(polling::<StandardQueue>(stack, id));
    let polled = polled.filter_map(|need| need.resource.map(|resource| (resource, need.actions)));
    let granted = function.grants().flat_map(|grant| {
        let actions: Vec<_> = grant.action.iter().cloned().collect();
        grant.resource.iter().map(move |resource| (resource.clone(), actions.clone())).collect::<Vec<_>>()
    });
    let calls: Vec<_> = polled.chain(granted).map(|(resource, actions)| (resource_name(&resource), actions)).collect();
    let need = |declared: &Declared| {
        let key = own_key(&Json::Object(declared.properties()))?;
        let id = declared.id.as_str();
        let is_on = |name: &str| name == id || name.strip_prefix(id).is_some_and(|rest| rest.starts_with('/'));
        let on_it = calls.iter().filter(|(name, _)| is_on(name)).flat_map(|(_, actions)| actions);
        let actions: BTreeSet<_> = on_it.flat_map(of_key).copied().collect();
        (!actions.is_empty()).then(|| PlatformNeed {
            purpose: format!("using the key of {id}"),
            actions: actions.into_iter().map(Action::new).collect(),
            resource: None,
            key: Some(key),
            rule: &rules::KEY_MISSING,
        })
    };
    stack.resources().filter_map(need).collect()
}

/// What an action on an encrypted resource needs of its key.
fn of_key(action: &Action) -> &'static [&'static str] {
    match action.as_str() {
        "sqs:SendMessage" | "sns:Publish" => &["kms:Decrypt", "kms:GenerateDataKey"],
        "s3:PutObject" => &["kms:GenerateDataKey"],
        "sqs:GetQueueAttributes"
        | "sqs:DeleteMessage"
        | "s3:ListBucket"
        | "s3:DeleteObject"
        | "dynamodb:DescribeTable" => &[],
        _ => &["kms:Decrypt"],
    }
}

/// The key of KMS that the properties name, when it is not one of AWS's own, such as `alias/aws/sns`.
fn own_key(properties: &Json) -> Option<String> {
    match properties {
        Json::Object(members) => members.iter().find_map(|(name, value)| {
            let is_key = ["kmsmasterkeyid", "kmskeyarn", "kmskeyid"].contains(&name.to_ascii_lowercase().as_str());
            if is_key { key_name(value).filter(|key| !key.starts_with("alias/aws/")) } else { own_key(value) }
        }),
        Json::Array(items) => items.iter().find_map(own_key),
        _ => None,
    }
}

/// A key by its logical id, or as it is written.
fn key_name(value: &Json) -> Option<String> {
    let attribute = || value.get("Fn::GetAtt").and_then(|path| path.get(0));
    value.get("Ref").or_else(attribute).unwrap_or(value).as_str().map(str::to_owned)
}
