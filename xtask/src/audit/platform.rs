//! What AWS does with the role of a function on the function's behalf, and what that needs.

use std::collections::BTreeSet;

use assembly::{Function, Worker};
use infra::expression::ids_in;
use infra::{Template, facts};
use policies::audit::Rule;
use policies::{Action, Statement, action};
use serde_json::Value as Json;

use super::arns::Arns;
use super::expression::{shown, text};
use super::function;
use super::resources::{of_type, properties, type_of};
use super::rules;

/// Something AWS does with a function's role.
#[derive(Debug, Clone)]
pub struct PlatformNeed {
    /// What it is, such as `polling SightingsQueue`.
    pub purpose: String,
    /// What it needs.
    pub actions: Vec<Action>,
    /// On what; `None` for actions that IAM checks against no resource.
    pub resource: Option<String>,
    /// The key of KMS that it is, by its logical id or as the stack names it.
    pub key: Option<String>,
    /// The rule that is broken when the role lacks it.
    pub rule: &'static Rule,
}

/// What AWS needs of the role of `function`, one of `template`, as the template's wiring has it.
#[must_use]
pub fn needs(template: &Template, arns: &Arns, function: &Function) -> Vec<PlatformNeed> {
    if let Some(worker) = &function.worker {
        let polled: Vec<_> = polling_of_worker(arns, worker).collect();
        let keys = encryption(template, function, &polled);
        return polled.into_iter().chain(keys).collect();
    }
    let own = properties(template, &function.id);
    let logs = PlatformNeed {
        purpose: "writing logs".to_owned(),
        actions: vec![action::logs::CREATE_LOG_STREAM, action::logs::PUT_LOG_EVENTS],
        resource: log_group(template, arns, &own["LoggingConfig"]["LogGroup"]),
        key: None,
        rule: &rules::LOGS_MISSING,
    };
    let dead = own["DeadLetterConfig"].get("TargetArn").and_then(|target| {
        let what = |id: &str| format!("sending failed events to {id}");
        sending(template, arns, target, what, &rules::DEAD_LETTERS_MISSING)
    });
    let traces = (own["TracingConfig"]["Mode"] == "Active").then(|| PlatformNeed {
        purpose: "tracing".to_owned(),
        actions: vec![action::xray::PUT_TRACE_SEGMENTS, action::xray::PUT_TELEMETRY_RECORDS],
        resource: None,
        key: None,
        rule: &rules::TRACING_MISSING,
    });
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    let told = of_type(template, "AWS::Lambda::EventInvokeConfig")
        .filter(|(_, config)| is_function(template, arns, &config["FunctionName"], &function.id))
        .flat_map(|(_, config)| {
            ["OnFailure", "OnSuccess"].map(|name| &config["DestinationConfig"][name]["Destination"])
        })
        .filter_map(|target| {
            let what = |id: &str| format!("telling {id} of asynchronous invocations");
            sending(template, arns, target, what, &rules::DESTINATION_MISSING)
        });
    let polled: Vec<_> = polling(template, arns, &function.id).collect();
    let keys = encryption(template, function, &polled);
    [logs].into_iter().chain(dead).chain(traces).chain(told).chain(polled).chain(keys).collect()
}

/// The ARN of the log group that a function names, when it is one of the template.
fn log_group(template: &Template, arns: &Arns, name: &Json) -> Option<String> {
    let name = text(name);
    let mut groups = of_type(template, "AWS::Logs::LogGroup");
    let (id, _) =
        groups.find(|(id, group)| shown(&name) == *id || group.get("LogGroupName").map(text) == Some(name.clone()))?;
    arns.arn(id).map(str::to_owned)
}

/// Whether `name` names the function `id` or an alias of it, as `Ref`, as its ARN or by the name that it is given.
fn is_function(template: &Template, arns: &Arns, name: &Json, id: &str) -> bool {
    let referred = ids_in(name).into_iter();
    let alias = referred.filter_map(|alias| facts::stood_for(type_of(template, alias), properties(template, alias)));
    let name = text(name);
    let by_arn = arns.resource(&name).and_then(|it| facts::stood_for(type_of(template, it), properties(template, it)));
    shown(&name) == id
        || alias.chain(by_arn).any(|function| function == id)
        || arns.spellings(id).iter().any(|arn| *arn == name || arn.ends_with(&format!(":function:{name}")))
}

/// What it takes to hand something on to `target`, when that is a resource of the template.
fn sending(
    template: &Template,
    arns: &Arns,
    target: &Json,
    purpose: impl Fn(&str) -> String,
    rule: &'static Rule,
) -> Option<PlatformNeed> {
    let id = arns.resource(&text(target))?;
    let action = match type_of(template, id) {
        "AWS::SQS::Queue" => action::sqs::SEND_MESSAGE,
        "AWS::SNS::Topic" => action::sns::PUBLISH,
        "AWS::Lambda::Alias" | "AWS::Lambda::Function" => action::lambda::INVOKE_FUNCTION,
        "AWS::Events::EventBus" => action::events::PUT_EVENTS,
        _ => return None,
    };
    let resource = arns.arn(id).map(str::to_owned);
    Some(PlatformNeed { purpose: purpose(id), actions: vec![action], resource, key: None, rule })
}

/// What it takes to read from the queues and streams that feed the function.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html>
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html>
fn polling<'a>(template: &'a Template, arns: &'a Arns, function: &'a str) -> impl Iterator<Item = PlatformNeed> + 'a {
    let mappings = of_type(template, "AWS::Lambda::EventSourceMapping");
    let own = mappings.filter(move |(_, mapping)| is_function(template, arns, &mapping["FunctionName"], function));
    own.flat_map(|(_, mapping)| {
        let Some(source) = mapping.get("EventSourceArn").map(text) else { return Vec::new() };
        let of_type = |kind: &str| {
            // A stream of a table has an ARN of its own, which is known by whose it is.
            let named = arns.resource(&source).map(str::to_owned);
            named.or_else(|| Some(shown(&source))).filter(|id| type_of(template, id) == kind)
        };
        let need = |purpose: &str, actions: Vec<Action>, resource: Option<String>| PlatformNeed {
            purpose: purpose.to_owned(),
            actions,
            resource,
            key: None,
            rule: &rules::POLLER_MISSING,
        };
        if let Some(queue) = of_type("AWS::SQS::Queue") {
            let actions =
                vec![action::sqs::RECEIVE_MESSAGE, action::sqs::DELETE_MESSAGE, action::sqs::GET_QUEUE_ATTRIBUTES];
            let polling = |arn: &str| need(&format!("polling {queue}"), actions, Some(arn.to_owned()));
            return arns.arn(&queue).map(polling).into_iter().collect();
        }
        if let Some(table) = of_type("AWS::DynamoDB::Table") {
            let purpose = format!("reading the stream of {table}");
            let actions = vec![
                action::dynamodb::DESCRIBE_STREAM,
                action::dynamodb::GET_RECORDS,
                action::dynamodb::GET_SHARD_ITERATOR,
            ];
            let listing = need(&purpose, vec![action::dynamodb::LIST_STREAMS], None);
            return vec![need(&purpose, actions, Some(source)), listing];
        }
        if let Some(stream) = of_type("AWS::Kinesis::Stream") {
            let purpose = format!("reading {stream}");
            let actions = vec![
                action::kinesis::DESCRIBE_STREAM,
                action::kinesis::DESCRIBE_STREAM_SUMMARY,
                action::kinesis::GET_RECORDS,
                action::kinesis::GET_SHARD_ITERATOR,
                action::kinesis::LIST_SHARDS,
            ];
            let listing = need(&purpose, vec![action::kinesis::LIST_STREAMS], None);
            return arns
                .arn(&stream)
                .map(|arn| vec![need(&purpose, actions, Some(arn.to_owned())), listing])
                .unwrap_or_default();
        }
        Vec::new()
    })
}

/// What a worker needs to take messages from its queues, which it does itself.
fn polling_of_worker<'a>(arns: &'a Arns, worker: &'a Worker) -> impl Iterator<Item = PlatformNeed> + 'a {
    worker.queues.iter().filter_map(|queue| {
        let actions = vec![
            action::sqs::RECEIVE_MESSAGE,
            action::sqs::DELETE_MESSAGE,
            action::sqs::CHANGE_MESSAGE_VISIBILITY,
            action::sqs::GET_QUEUE_ATTRIBUTES,
        ];
        let resource = Some(arns.arn(queue)?.to_owned());
        Some(PlatformNeed {
            purpose: format!("consuming {queue}"),
            actions,
            resource,
            key: None,
            rule: &rules::POLLER_MISSING,
        })
    })
}

/// The keys of the resources that the function uses, where they are not AWS's own.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html>
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>
fn encryption(template: &Template, function: &Function, polled: &[PlatformNeed]) -> Vec<PlatformNeed> {
    let polled = polled.iter().filter_map(|need| Some((shown(need.resource.as_ref()?), need.actions.clone())));
    let granted =
        function.bindings.iter().flat_map(function::grants).flat_map(|Statement { action, resource, .. }| {
            let actions = action.as_slice().to_vec();
            resource.iter().map(|resource| (shown(resource), actions.clone())).collect::<Vec<_>>()
        });
    let calls: Vec<_> = polled.chain(granted).collect();
    let need = |(id, resource): (&str, &Json)| {
        let key = own_key(&resource["Properties"])?;
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
    template.section("Resources").filter_map(need).collect()
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
            if is_key { Some(shown(&text(value))).filter(|key| !key.starts_with("alias/aws/")) } else { own_key(value) }
        }),
        Json::Array(items) => items.iter().find_map(own_key),
        _ => None,
    }
}
