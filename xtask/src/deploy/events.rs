//! A stack's events: what CloudFormation is doing, how it ended, and why it failed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use aws_sdk_cloudformation::types::{HookFailureMode, HookStatus, ResourceStatus, StackEvent};

use super::change_set::Poll;
use super::deployed;
use super::display::Display;
use super::operation::{End, Kind};
use crate::cloud::{Cloud, explain};
use crate::failure::Failure;
use crate::services::cloudformation::Resource;
use crate::stack::Stack;

/// How many looks in a row may fail, each of which the SDK has repeated already.
const FAILED_LOOKS: u32 = 5;

/// After how many looks without anything new the stack itself is asked how it is.
const QUIET_LOOKS: u32 = 3;

/// After how many events of a stack's history no more is read while nothing of the operation was seen.
const HISTORY: usize = 1_000;

/// An operation of CloudFormation on a stack.
#[derive(Debug)]
pub struct Operation<'a> {
    /// What it is.
    pub kind: Kind,
    /// The stack.
    pub stack: &'a Stack,
    /// Its id.
    pub stack_id: &'a str,
    /// What the operation's events carry.
    pub token: &'a str,
    /// The logical ids of the resources it is about; CloudFormation reports the others of the stack, too.
    pub resources: BTreeSet<&'a str>,
}

/// How an operation ended.
#[derive(Debug)]
pub struct Ended {
    /// Whether it did what it was asked.
    pub end: End,
    /// The stack's state.
    pub status: String,
    /// Why the stack is in that state, as CloudFormation says it of the stack as a whole.
    reason: Option<String>,
    /// Its events, oldest first.
    history: Vec<StackEvent>,
}

/// A resource that could not be deleted.
#[derive(Debug, Clone)]
pub struct NotDeleted {
    /// The resource.
    pub resource: Resource,
    /// Why.
    pub reason: String,
}

/// Follows the events of an operation until the stack has come to rest, showing each as it happens.
///
/// # Errors
/// When CloudFormation cannot be asked any more.
pub async fn follow(cloud: &Cloud, operation: &Operation<'_>) -> anyhow::Result<Ended> {
    let Operation { kind, stack, stack_id, resources, .. } = operation;
    let mut events = Events::of(operation);
    let mut display = Display::new(resources, (stack.name(), &cloud.region));
    let mut poll = Poll::new(cloud);
    let (mut failed_looks, mut quiet_looks) = (0, 0);
    let mut last_event = Instant::now();
    loop {
        let fresh = match events.fetch(cloud).await {
            Ok(fresh) => fresh,
            Err(_) if failed_looks < FAILED_LOOKS => {
                failed_looks += 1;
                poll.wait().await;
                continue;
            }
            // Another creation at the very same time took its place.
            Err(error) if error.to_string().contains("does not exist") => return Err(deployed::overtaken(stack)),
            Err(error) => return Err(lost_sight(stack, &error)),
        };
        failed_looks = 0;
        if fresh.is_empty() {
            quiet_looks += 1;
            display.say_waiting(last_event.elapsed());
            display.say_slowest();
        } else {
            quiet_looks = 0;
            last_event = Instant::now();
        }
        for event in fresh.iter().filter(|event| !is_of_stack(event, stack_id)) {
            display.show(event);
        }
        let of_stack = fresh.iter().rev().find(|event| is_of_stack(event, stack_id));
        if let Some(end) = of_stack.and_then(|event| kind.end(status(event))) {
            let status = of_stack.map(status).unwrap_or_default().to_owned();
            let history = events.into_history(fresh);
            return Ok(Ended { end, status, reason: None, history });
        }
        events.keep(fresh);
        // Events may not come any more: of an operation that somebody else took over, they carry another token.
        if quiet_looks >= QUIET_LOOKS {
            quiet_looks = 0;
            let (status, reason) = state(cloud, stack_id).await?;
            // At rest it stays in a state that no event of the operation ends in.
            let at_rest = (!status.ends_with("_IN_PROGRESS")).then_some(End::Failure);
            if let Some(end) = kind.end(&status).or(at_rest) {
                return Ok(Ended { end, status, reason, history: events.history });
            }
        }
        poll.wait().await;
    }
}

/// The state of the stack, and why it is in it.
async fn state(cloud: &Cloud, stack_id: &str) -> anyhow::Result<(String, Option<String>)> {
    let answer = match cloud.cloudformation.describe_stacks().stack_name(stack_id).send().await {
        Ok(answer) => answer,
        // Some endpoints forget a stack once it is deleted.
        Err(error) if error.message().is_some_and(|message| message.contains("does not exist")) => {
            return Ok(("DELETE_COMPLETE".to_owned(), None));
        }
        Err(error) => return Err(explain(error)),
    };
    let stack = answer.stacks().first();
    let status = stack.and_then(|stack| stack.stack_status()).map(|status| status.as_str().to_owned());
    let reason = stack.and_then(|stack| stack.stack_status_reason()).map(str::to_owned);
    Ok((status.unwrap_or_default(), reason))
}

fn lost_sight(stack: &Stack, error: &anyhow::Error) -> anyhow::Error {
    Failure::new(format!("lost sight of what CloudFormation does with `{}`: {error}", stack.name()))
        .help("it goes on without being watched: run the same command again to see how it ended")
        .into()
}

/// The events of an operation as they come.
struct Events<'a> {
    operation: &'a Operation<'a>,
    seen: BTreeSet<String>,
    history: Vec<StackEvent>,
    /// Whether one with the operation's token was seen: those after it belong to what became of the operation.
    has_begun: bool,
}

impl<'a> Events<'a> {
    fn of(operation: &'a Operation<'a>) -> Self {
        Self { operation, seen: BTreeSet::new(), history: Vec::new(), has_begun: false }
    }

    /// The events that were not seen yet, oldest first. A failure of one page forgets what the others had: they are read
    /// again.
    async fn fetch(&mut self, cloud: &Cloud) -> anyhow::Result<Vec<StackEvent>> {
        let Operation { kind, stack_id, token, .. } = self.operation;
        let mut unseen = Vec::new();
        let mut pages = cloud.cloudformation.describe_stack_events().stack_name(*stack_id).into_paginator().send();
        // CloudFormation lists the newest first, so the search ends where the operation began, or the last look did.
        while let Some(page) = pages.next().await {
            let page = page.map_err(explain)?;
            let events = page.stack_events();
            let is_known = |event: &StackEvent| self.seen.contains(id(event));
            let is_first = |event: &StackEvent| is_of_stack(event, stack_id) && kind.begins(status(event));
            let begins = |event: &StackEvent| event.client_request_token() == Some(*token) && is_first(event);
            unseen.extend(events.iter().filter(|event| !is_known(event)).cloned());
            if events.iter().any(|event| is_known(event) || begins(event)) || unseen.len() >= HISTORY {
                break;
            }
        }
        unseen.reverse();
        self.seen.extend(unseen.iter().map(|event| id(event).to_owned()));
        let own = |event: &StackEvent| event.client_request_token() == Some(*token);
        if !self.has_begun {
            let first = unseen.iter().position(own);
            self.has_begun = first.is_some();
            unseen.drain(..first.unwrap_or(unseen.len()));
        }
        Ok(unseen)
    }

    fn keep(&mut self, fresh: Vec<StackEvent>) {
        self.history.extend(fresh);
    }

    fn into_history(mut self, fresh: Vec<StackEvent>) -> Vec<StackEvent> {
        self.keep(fresh);
        self.history
    }
}

/// The token of the operation that the stack is in, or was last in; `None` when it has none.
///
/// # Errors
/// When CloudFormation refuses to say.
pub async fn last_token(cloud: &Cloud, stack_id: &str) -> anyhow::Result<Option<String>> {
    let mut events = cloud.cloudformation.describe_stack_events().stack_name(stack_id).into_paginator().items().send();
    while let Some(event) = events.next().await {
        let event = event.map_err(explain)?;
        if is_of_stack(&event, stack_id) {
            return Ok(event.client_request_token().map(str::to_owned));
        }
    }
    Ok(None)
}

fn id(event: &StackEvent) -> &str {
    event.event_id().unwrap_or_default()
}

pub(super) fn status(event: &StackEvent) -> &str {
    event.resource_status().map(ResourceStatus::as_str).unwrap_or_default()
}

fn is_of_stack(event: &StackEvent, stack_id: &str) -> bool {
    event.physical_resource_id() == Some(stack_id)
}

impl Ended {
    /// The resources that were to be deleted and are still there.
    #[must_use]
    pub fn not_deleted(&self) -> Vec<NotDeleted> {
        let mut left: BTreeMap<(&str, &str), &StackEvent> = BTreeMap::new();
        for event in &self.history {
            let key =
                (event.logical_resource_id().unwrap_or_default(), event.physical_resource_id().unwrap_or_default());
            match status(event) {
                "DELETE_FAILED" if event.resource_type() != Some("AWS::CloudFormation::Stack") => {
                    left.insert(key, event);
                }
                "DELETE_COMPLETE" => {
                    left.remove(&key);
                }
                _ => {}
            }
        }
        let not_deleted = |((id, physical_id), event): ((&str, &str), &StackEvent)| NotDeleted {
            resource: Resource {
                id: id.to_owned(),
                resource_type: event.resource_type().unwrap_or_default().to_owned(),
                physical_id: physical_id.to_owned(),
            },
            reason: event.resource_status_reason().unwrap_or("CloudFormation gives no reason").to_owned(),
        };
        left.into_iter().map(not_deleted).collect()
    }

    /// Whether it failed only because a name that was just deleted is not given again yet, and nothing is left of it.
    ///
    /// SQS gives a queue's name again after
    /// [60 s](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html); S3 says
    /// [`OperationAborted`](https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html) of a bucket for a while.
    #[must_use]
    pub fn was_too_early(&self) -> bool {
        let is_taken_back = matches!(self.status.as_str(), "DELETE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE");
        let cause = self.history.iter().find(|event| is_cause(event)).and_then(StackEvent::resource_status_reason);
        let says = |words: &str| cause.is_some_and(|cause| cause.contains(words));
        is_taken_back && ["wait 60 seconds", "QueueDeletedRecently", "OperationAborted"].into_iter().any(says)
    }

    /// What the user is told of an operation that failed: the first real cause, with the source line of the resource it
    /// happened to; or, when no resource failed, why the stack did.
    #[must_use]
    pub fn failure(&self, stack: &Stack) -> Failure {
        let state = match self.status.as_str() {
            "UPDATE_ROLLBACK_COMPLETE" => "the stack is as it was before",
            "ROLLBACK_COMPLETE" => "what had been created was deleted again",
            "DELETE_COMPLETE" => "what had been created was deleted again, and the stack with it",
            "CREATE_FAILED" | "UPDATE_FAILED" => "what had been done before was left as it is",
            other => &format!("the stack is in the state {other}"),
        };
        if let Some(cause) = self.history.iter().find(|event| is_cause(event)) {
            let id = cause.logical_resource_id().unwrap_or_default();
            let place = stack.location(id).map(|location| format!("\n  --> {location}"));
            let hooks: Vec<_> = self.history.iter().filter_map(|event| failed_hook(event, id)).collect();
            return Failure::new(format!(
                "`{id}` ({}) failed: {}; {state}{}{}",
                cause.resource_type().unwrap_or_default(),
                cause.resource_status_reason().unwrap_or("CloudFormation gives no reason"),
                hooks.concat(),
                place.unwrap_or_default(),
            ));
        }
        let of_stack = self.history.iter().filter(|event| event.resource_type() == Some("AWS::CloudFormation::Stack"));
        // Every operation begins for the reason that somebody asked for it.
        let said =
            |event: &&StackEvent| event.resource_status_reason().is_some_and(|it| !matches!(it, "" | "User Initiated"));
        let mut reasons = of_stack.filter(said).filter_map(StackEvent::resource_status_reason);
        let reason = reasons.next().or(self.reason.as_deref()).unwrap_or("CloudFormation gives no reason");
        Failure::new(format!("`{}` failed: {reason}; {state}", stack.name()))
    }
}

/// What a hook says that refused the resource `id`.
fn failed_hook(event: &StackEvent, id: &str) -> Option<String> {
    let is_refusal = is_refusal(event.hook_status(), event.hook_failure_mode());
    let reason = event.hook_status_reason().unwrap_or("it gives no reason");
    let is_it = is_refusal && event.logical_resource_id() == Some(id);
    is_it.then(|| format!("\n  the hook `{}`: {reason}", event.hook_type().unwrap_or_default()))
}

/// Whether a hook refuses what it was asked about. One that only warns refuses nothing.
pub(super) fn is_refusal(status: Option<&HookStatus>, mode: Option<&HookFailureMode>) -> bool {
    let has_failed = matches!(status, Some(HookStatus::HookCompleteFailed | HookStatus::HookFailed));
    has_failed && mode != Some(&HookFailureMode::Warn)
}

/// Whether a failure is a cause and not the consequence of another one.
fn is_cause(event: &StackEvent) -> bool {
    const CONSEQUENCES: [&str; 3] =
        ["Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled"];
    let reason = event.resource_status_reason().unwrap_or_default();
    status(event).ends_with("_FAILED")
        && !CONSEQUENCES.iter().any(|it| reason.starts_with(it))
        && event.resource_type() != Some("AWS::CloudFormation::Stack")
}

#[cfg(test)]
mod tests {
    use infra::Stage;
    use infra::sqs::StandardQueue;

    use super::*;

    const STACK: &str = "arn:aws:cloudformation:sa-east-1:123456789012:stack/orders-dev/1";

    fn event(id: &str, status: &str, reason: &str) -> StackEvent {
        let (resource_type, physical_id) =
            if id == "orders-dev" { ("AWS::CloudFormation::Stack", STACK) } else { ("AWS::SQS::Queue", id) };
        StackEvent::builder()
            .logical_resource_id(id)
            .physical_resource_id(physical_id)
            .resource_type(resource_type)
            .resource_status(ResourceStatus::from(status))
            .resource_status_reason(reason)
            .build()
    }

    fn ended(events: &[StackEvent]) -> Ended {
        let status = events.last().map(status).unwrap_or_default().to_owned();
        Ended { end: End::Failure, status, reason: None, history: events.to_vec() }
    }

    /// What is said of an operation with these events, the last of which ends it.
    fn check(events: &[StackEvent]) -> String {
        let mut stack = infra::Stack::new("orders", &Stage::default());
        stack.named("Orders").add(StandardQueue::default());
        ended(events).failure(&Stack::from(stack.assemble())).to_string()
    }

    #[test]
    fn a_failure_names_the_first_real_cause_with_its_source_line() {
        let said = check(&[
            event("Dead", "CREATE_FAILED", "Resource creation cancelled"),
            event("Orders", "CREATE_FAILED", "Queue already exists"),
            event("Late", "CREATE_FAILED", "another one"),
            event("orders-dev", "ROLLBACK_COMPLETE", ""),
        ]);
        let line = said.lines().nth(1).unwrap();
        assert!(said.starts_with("`Orders` (AWS::SQS::Queue) failed: Queue already exists; what had been created"));
        assert!(line.starts_with("  --> xtask/src/deploy/events.rs:"), "{said}");
    }

    #[test]
    fn a_failed_update_leaves_the_stack_as_it_was() {
        let said =
            check(&[event("Elsewhere", "UPDATE_FAILED", "no"), event("orders-dev", "UPDATE_ROLLBACK_COMPLETE", "")]);
        assert_eq!(said, "`Elsewhere` (AWS::SQS::Queue) failed: no; the stack is as it was before");
    }

    #[test]
    fn a_failure_of_the_stack_alone_has_the_stacks_reason() {
        let export = "Export orders-url cannot be deleted as it is in use by billing";
        let said = check(&[
            event("orders-dev", "UPDATE_ROLLBACK_IN_PROGRESS", export),
            event("orders-dev", "UPDATE_ROLLBACK_COMPLETE", ""),
        ]);
        assert_eq!(said, format!("`orders` failed: {export}; the stack is as it was before"));
    }

    #[test]
    fn what_was_deleted_after_all_is_not_left() {
        let ended = ended(&[
            event("Orders", "DELETE_FAILED", "not empty"),
            event("Dead", "DELETE_FAILED", "not empty"),
            event("Dead", "DELETE_COMPLETE", ""),
            event("orders-dev", "DELETE_FAILED", "The following resource(s) failed to delete: [Orders]."),
        ]);
        let left = ended.not_deleted();
        assert_eq!(left.iter().map(|it| it.resource.id.as_str()).collect::<Vec<_>>(), ["Orders"]);
    }
}
