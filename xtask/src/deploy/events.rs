//! A stack's events: what CloudFormation is doing, and why it failed.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::time::Duration;

use aws_sdk_cloudformation::types::{ResourceStatus, StackEvent, StackStatus};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::change_set::poll_interval;
use crate::cloud::{Cloud, explain};
use crate::failure::Failure;
use crate::stack::Stack;
use crate::ui;

/// How many times in a row CloudFormation may fail to answer.
const RETRIES: u32 = 5;

/// An operation of CloudFormation on a stack.
#[derive(Debug)]
pub struct Operation<'a> {
    /// The stack.
    pub stack: &'a Stack,
    /// Its id.
    pub stack_id: &'a str,
    /// What the operation's events carry.
    pub token: &'a str,
    /// The logical ids of the resources it is about; CloudFormation reports the others of the stack, too.
    pub resources: BTreeSet<&'a str>,
}

/// Follows the events of an operation until the stack has come to rest, showing each as it happens.
///
/// # Errors
/// When the operation failed: the first real cause, with the source line of the resource it happened to.
pub async fn follow(cloud: &Cloud, operation: &Operation<'_>) -> anyhow::Result<()> {
    let Operation { stack, stack_id, token, resources } = operation;
    let mut seen = BTreeSet::new();
    let mut history: Vec<StackEvent> = Vec::new();
    let mut display = Display::new(resources, (stack.name(), &cloud.region));
    let mut failures = 0;
    loop {
        let fresh = match fetch(cloud, stack_id, token, &mut seen).await {
            Ok(fresh) => fresh,
            Err(_) if failures < RETRIES => {
                failures += 1;
                tokio::time::sleep(poll_interval(cloud)).await;
                continue;
            }
            Err(error) => return Err(lost_sight(stack, &error)),
        };
        failures = 0;
        for event in fresh.iter().filter(|event| !is_of_stack(event, stack_id)) {
            display.show(event);
        }
        let end = fresh.iter().rev().find(|event| is_final(event, stack_id)).cloned();
        history.extend(fresh);
        if let Some(end) = end {
            return conclude(stack, &end, &history, &cloud.command_line("destroy", stack));
        }
        // A deletion that somebody else began carries another token.
        if history.is_empty() && is_deleted(cloud, stack_id).await? {
            return Ok(());
        }
        tokio::time::sleep(poll_interval(cloud)).await;
    }
}

async fn is_deleted(cloud: &Cloud, stack_id: &str) -> anyhow::Result<bool> {
    let answer = cloud.cloudformation.describe_stacks().stack_name(stack_id).send().await.map_err(explain)?;
    Ok(answer.stacks().iter().any(|stack| stack.stack_status() == Some(&StackStatus::DeleteComplete)))
}

fn lost_sight(stack: &Stack, error: &anyhow::Error) -> anyhow::Error {
    Failure::new(format!("lost sight of what CloudFormation does with `{}`: {error}", stack.name()))
        .help("it goes on without being watched: run the same command again to see how it ended")
        .into()
}

/// The events not seen yet, oldest first.
async fn fetch(
    cloud: &Cloud,
    stack_id: &str,
    token: &str,
    seen: &mut BTreeSet<String>,
) -> anyhow::Result<Vec<StackEvent>> {
    let mut fresh = Vec::new();
    let mut pages = cloud.cloudformation.describe_stack_events().stack_name(stack_id).into_paginator().send();
    // CloudFormation lists the newest first, so a page with nothing new ends the search.
    while let Some(page) = pages.next().await {
        let page = page.map_err(explain)?;
        let events = page.stack_events().iter().filter(|event| event.client_request_token() == Some(token));
        let count = fresh.len();
        fresh.extend(events.filter(|event| seen.insert(event.event_id().unwrap_or_default().to_owned())).cloned());
        if fresh.len() == count {
            break;
        }
    }
    fresh.reverse();
    Ok(fresh)
}

fn status(event: &StackEvent) -> &str {
    event.resource_status().map(ResourceStatus::as_str).unwrap_or_default()
}

fn is_of_stack(event: &StackEvent, stack_id: &str) -> bool {
    event.physical_resource_id() == Some(stack_id)
}

fn is_final(event: &StackEvent, stack_id: &str) -> bool {
    let status = status(event);
    is_of_stack(event, stack_id)
        && !status.ends_with("_IN_PROGRESS")
        && (status.ends_with("_COMPLETE") || status.ends_with("_FAILED"))
}

/// What of the events is seen: on a terminal also what is under way, as JSON every event.
struct Display<'a> {
    /// The stack and its region.
    of: (&'a str, &'a str),
    resources: &'a BTreeSet<&'a str>,
    bar: Option<ProgressBar>,
}

impl<'a> Display<'a> {
    fn new(resources: &'a BTreeSet<&'a str>, of: (&'a str, &'a str)) -> Self {
        let has_terminal = std::io::stderr().is_terminal() && !ui::is_labelled();
        let bar = (has_terminal && !ui::quiet() && !ui::json()).then(|| {
            let bar = ProgressBar::new(resources.len() as u64);
            if let Ok(style) = ProgressStyle::with_template("  {spinner} {pos}/{len}  {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { of, resources, bar }
    }

    fn show(&mut self, event: &StackEvent) {
        let (id, status) = (event.logical_resource_id().unwrap_or_default(), status(event));
        let resource_type = event.resource_type().unwrap_or_default();
        let reason = event.resource_status_reason().filter(|reason| !reason.is_empty());
        if ui::json() {
            let (stack, region) = self.of;
            let event = json!({"id": id, "type": resource_type, "status": status, "reason": reason});
            return ui::event(&json!({"stack": stack, "region": region, "event": event}));
        }
        let failed = status.ends_with("_FAILED");
        if !failed && !self.resources.contains(id) {
            return;
        }
        let words = status.to_ascii_lowercase().replace('_', " ");
        if status.ends_with("_IN_PROGRESS") {
            if let Some(bar) = &self.bar {
                bar.set_message(format!("{id}: {words}"));
            }
            return;
        }
        let (sign, style) = match status {
            _ if failed => ("✗", ui::DANGER),
            _ if status.starts_with("DELETE") => ("-", ui::CAUTION),
            _ => ("✓", ui::GOOD),
        };
        let reason = reason.filter(|_| failed).map(|reason| format!(": {reason}")).unwrap_or_default();
        let line = format!("  {style}{sign}{style:#} {id}  {resource_type}  {words}{reason}");
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.suspend(|| ui::say(line));
            }
            None => ui::say(line),
        }
    }
}

impl Drop for Display<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// `destroy` is the command line that clears what a failed creation left.
fn conclude(stack: &Stack, end: &StackEvent, history: &[StackEvent], destroy: &str) -> anyhow::Result<()> {
    let status = status(end);
    if matches!(status, "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "DELETE_COMPLETE" | "IMPORT_COMPLETE") {
        return Ok(());
    }
    let state = match status {
        "UPDATE_ROLLBACK_COMPLETE" => "the stack is as it was before",
        "ROLLBACK_COMPLETE" => "what had been created was deleted again",
        other => other,
    };
    let Some(cause) = history.iter().find(|event| is_cause(event)) else {
        return Err(Failure::new(format!("`{}`: the operation failed; {state}", stack.name())).into());
    };
    let id = cause.logical_resource_id().unwrap_or_default();
    let place = stack.location(id).map(|location| format!("\n  --> {location}"));
    let failure = Failure::new(format!(
        "`{id}` ({}) failed: {}; {state}{}",
        cause.resource_type().unwrap_or_default(),
        cause.resource_status_reason().unwrap_or("CloudFormation gives no reason"),
        place.unwrap_or_default(),
    ));
    Err(match status {
        "ROLLBACK_COMPLETE" => failure.help(format!("correct it, `{destroy}`, then deploy again")),
        _ => failure,
    }
    .into())
}

/// Whether a failure is a cause and not the consequence of another one.
fn is_cause(event: &StackEvent) -> bool {
    let reason = event.resource_status_reason().unwrap_or_default();
    status(event).ends_with("_FAILED")
        && !reason.contains("cancelled")
        && event.resource_type() != Some("AWS::CloudFormation::Stack")
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::types::ResourceStatus;
    use infra::Stage;
    use infra::sqs::StandardQueue;

    use super::*;

    const STACK: &str = "arn:aws:cloudformation:sa-east-1:123456789012:stack/orders-dev/1";

    fn event(id: &str, status: &str, reason: &str) -> StackEvent {
        let (resource_type, physical_id) =
            if id == "orders-dev" { ("AWS::CloudFormation::Stack", STACK) } else { ("AWS::SQS::Queue", "") };
        StackEvent::builder()
            .logical_resource_id(id)
            .physical_resource_id(physical_id)
            .resource_type(resource_type)
            .resource_status(ResourceStatus::from(status))
            .resource_status_reason(reason)
            .build()
    }

    /// What is said of an operation with these events, the last of which ends it.
    fn check(events: &[StackEvent]) -> String {
        let mut stack = infra::Stack::new("orders", &Stage::default());
        stack.named("Orders").add(StandardQueue::default());
        let stack = Stack::from(stack.assemble());
        let end = events.last().filter(|event| is_final(event, STACK)).unwrap();
        conclude(&stack, end, events, "cargo xtask destroy orders")
            .map_or_else(|error| error.to_string(), |()| "done".to_owned())
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
        assert!(said.ends_with("help: correct it, `cargo xtask destroy orders`, then deploy again"), "{said}");
    }

    #[test]
    fn a_failed_update_leaves_the_stack_as_it_was() {
        let said =
            check(&[event("Elsewhere", "UPDATE_FAILED", "no"), event("orders-dev", "UPDATE_ROLLBACK_COMPLETE", "")]);
        assert_eq!(said, "`Elsewhere` (AWS::SQS::Queue) failed: no; the stack is as it was before");
    }

    #[test]
    fn what_comes_to_rest_complete_is_done() {
        for status in ["CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"] {
            assert_eq!(check(&[event("orders-dev", status, "")]), "done");
        }
        assert!(!is_final(&event("orders-dev", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""), STACK));
    }
}
