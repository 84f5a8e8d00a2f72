//! What AWS does with the roles of functions, and with those of pipes, schedules, rules and APIs, and what that needs.

mod keys;
pub mod services;
mod sources;
mod targets;

use assembly::{Function, Worker};
use infra::expression::ids_in;
use infra::{Template, facts};
use policies::audit::Rule;
use policies::{Action, Operation, Statement, action};
use serde_json::Value as Json;

use super::arns::Arns;
use super::expression::{covers, shown, text};
use super::function;
use super::resources::{of_type, properties, type_of};
use super::{rules, usage};
use targets::Manner;

/// Something AWS does with a function's role.
#[derive(Debug, Clone)]
pub struct PlatformNeed {
    /// What it is, such as `polling SightingsQueue`.
    pub purpose: String,
    /// What it needs.
    pub actions: Vec<Action>,
    /// On what; `None` for actions that IAM checks against no resource, or that are on any.
    pub resource: Option<String>,
    /// The key of KMS that it is, by its logical id or as the stack names it.
    pub key: Option<String>,
    /// Whether AWS does it for certain: what it may do is not missing where the role does not allow it.
    pub is_certain: bool,
    /// The rule that is broken when the role lacks it.
    pub rule: &'static Rule,
}

/// What to do about a call of which it is not known what it needs of a key.
pub const UNLISTED: &str = "allow what AWS's documentation of the call says of keys: the audit does not know it";

impl PlatformNeed {
    /// Whether it is about `resource`, of which a statement says something.
    #[must_use]
    pub fn is_on(&self, resource: &str) -> bool {
        let is_needed = |needed: &String| needed == resource || !self.is_certain && covers(needed, resource);
        self.resource.as_ref().is_none_or(is_needed) && self.key.as_ref().is_none_or(|_| self.is_key(resource))
    }

    /// Whether `resource` is the key that it is: by its logical id, its ARN or its id. Behind an alias that the template does
    /// not have there may be any.
    #[must_use]
    pub fn is_key(&self, resource: &str) -> bool {
        let is_it = |key: &String| {
            *key == shown(resource)
                || resource.ends_with(&format!(":key/{key}"))
                || key.contains("alias/") && resource != "*"
        };
        self.key.as_ref().is_some_and(is_it)
    }

    /// Whether it takes a statement about just `resource`, which may be a pattern.
    #[must_use]
    pub fn takes(&self, resource: &str) -> bool {
        self.key.is_none() && self.resource.as_deref().unwrap_or("*") == resource
    }

    /// Whether it is that of a call of which it is not known what it needs of a key.
    #[must_use]
    pub const fn is_unlisted(&self) -> bool {
        self.key.is_some() && !self.is_certain
    }

    /// The same, if it is not certain that AWS does it.
    fn perhaps(self) -> Self {
        Self { is_certain: false, ..self }
    }
}

/// Why a role needs something: what AWS does with it, and the rule that is broken when the role lacks it.
struct Reason {
    purpose: String,
    rule: &'static Rule,
}

impl Reason {
    fn new(purpose: impl Into<String>, rule: &'static Rule) -> Self {
        Self { purpose: purpose.into(), rule }
    }

    fn on(&self, actions: impl IntoIterator<Item = Action>, resource: impl Into<String>) -> PlatformNeed {
        PlatformNeed { resource: Some(resource.into()), ..self.anywhere(actions) }
    }

    fn anywhere(&self, actions: impl IntoIterator<Item = Action>) -> PlatformNeed {
        PlatformNeed {
            purpose: self.purpose.clone(),
            actions: actions.into_iter().collect(),
            resource: None,
            key: None,
            is_certain: true,
            rule: self.rule,
        }
    }
}

/// What AWS needs of the role of `function`, one of `template`, as the template's wiring has it.
#[must_use]
pub fn needs(template: &Template, arns: &Arns, function: &Function) -> Vec<PlatformNeed> {
    let mut needs = match &function.worker {
        Some(worker) => polling_of_worker(arns, worker).collect(),
        None => of_function(template, arns, &function.id),
    };
    let keys = encryption(template, arns, function, &needs);
    needs.extend(keys);
    needs
}

fn of_function(template: &Template, arns: &Arns, id: &str) -> Vec<PlatformNeed> {
    let own = properties(template, id);
    let logs = Reason::new("writing logs", &rules::LOGS_MISSING)
        .anywhere([action::logs::CREATE_LOG_STREAM, action::logs::PUT_LOG_EVENTS]);
    let mut needs =
        vec![PlatformNeed { resource: log_group(template, arns, &own["LoggingConfig"]["LogGroup"]), ..logs }];
    let dead = |id: &str| Reason::new(format!("sending failed events to {id}"), &rules::DEAD_LETTERS_MISSING);
    needs.extend(targets::handing(template, arns, &own["DeadLetterConfig"]["TargetArn"], Manner::default(), dead));
    if own["TracingConfig"]["Mode"] == "Active" {
        let traces = [action::xray::PUT_TRACE_SEGMENTS, action::xray::PUT_TELEMETRY_RECORDS];
        needs.push(Reason::new("tracing", &rules::TRACING_MISSING).anywhere(traces));
    }
    let is_own = |config: &Json| is_function(template, arns, &config["FunctionName"], id);
    for (_, config) in of_type(template, "AWS::Lambda::EventInvokeConfig").filter(|(_, config)| is_own(config)) {
        let told =
            |id: &str| Reason::new(format!("telling {id} of asynchronous invocations"), &rules::DESTINATION_MISSING);
        for name in ["OnFailure", "OnSuccess"] {
            let target = &config["DestinationConfig"][name]["Destination"];
            needs.extend(targets::handing(template, arns, target, Manner::default(), told));
        }
    }
    for (_, mapping) in of_type(template, "AWS::Lambda::EventSourceMapping").filter(|(_, mapping)| is_own(mapping)) {
        needs.extend(sources::of_mapping(template, arns, mapping, &rules::POLLER_MISSING));
        let told =
            |id: &str| Reason::new(format!("telling {id} of records that were given up"), &rules::DESTINATION_MISSING);
        let target = &mapping["DestinationConfig"]["OnFailure"]["Destination"];
        needs.extend(targets::handing(template, arns, target, Manner::default(), told));
    }
    needs
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

/// What a worker needs to take messages from its queues, which it does itself.
fn polling_of_worker<'a>(arns: &'a Arns, worker: &'a Worker) -> impl Iterator<Item = PlatformNeed> + 'a {
    worker.queues.iter().filter_map(|queue| {
        let actions = [
            action::sqs::RECEIVE_MESSAGE,
            action::sqs::DELETE_MESSAGE,
            action::sqs::CHANGE_MESSAGE_VISIBILITY,
            action::sqs::GET_QUEUE_ATTRIBUTES,
        ];
        Some(Reason::new(format!("consuming {queue}"), &rules::POLLER_MISSING).on(actions, arns.arn(queue)?))
    })
}

/// What the function needs of the keys of the resources that it uses, where they are not AWS's own.
fn encryption(template: &Template, arns: &Arns, function: &Function, needs: &[PlatformNeed]) -> Vec<PlatformNeed> {
    let granted = function.bindings.iter().flat_map(|binding| {
        let is_in_parts =
            |it: &Operation| it.service == "s3" && it.name.contains("Upload") && it.required == ["s3:PutObject"];
        let in_parts = usage::operations(binding).any(is_in_parts).then(|| Action::new("s3:UploadPart"));
        function::grants(binding).into_iter().flat_map(move |Statement { action, resource, .. }| {
            let actions: Vec<_> = action.iter().cloned().chain(in_parts.clone()).collect();
            resource.iter().map(|resource| (resource.clone(), actions.clone())).collect::<Vec<_>>()
        })
    });
    keys::needs(template, arns, &calls(needs).chain(granted).collect::<Vec<_>>())
}

/// What is needed, by what it is on.
fn calls(needs: &[PlatformNeed]) -> impl Iterator<Item = (String, Vec<Action>)> {
    needs.iter().filter_map(|need| Some((need.resource.clone()?, need.actions.clone())))
}
