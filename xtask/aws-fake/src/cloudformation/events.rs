//! What happened to a stack and its resources.

use super::operations::Operation;
use super::stacks::{self, STACK_TYPE, Stack};
use super::validation::Finding;
use super::{Call, Outcome, invalid};
use crate::account::{Account, Time, iso};
use crate::http::Refusal;
use crate::world::World;
use crate::xml::Xml;

/// What an event says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    pub(crate) logical_id: String,
    pub(crate) physical_id: String,
    pub(crate) resource_type: String,
    pub(crate) status: &'static str,
    pub(crate) reason: Option<String>,
    pub(crate) properties: Option<String>,
    /// What early validation found: such an event is seen by `DescribeEvents` alone.
    pub(crate) finding: Option<Finding>,
    /// The change set that it is about.
    pub(crate) change_set: Option<String>,
    /// The hook that failed, with its reason.
    pub(crate) hook: Option<(String, String)>,
}

/// The operation that an event is of, and the token of who began it.
pub(crate) type Stamp = (Option<(String, &'static str)>, Option<String>);

/// An event.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) entry: Entry,
    /// Tells their order.
    number: u64,
    time: Time,
    token: Option<String>,
    operation: Option<(String, &'static str)>,
    /// The look from which on it is seen.
    seen_from: u64,
}

impl Stack {
    /// Adds an event of what the stack's operation does. Events of one step have one time.
    pub(crate) fn emit(&mut self, account: &mut Account, entry: Entry) {
        let (operation, token) = self.stamp.clone();
        self.emit_of(account, entry, operation, token);
    }

    /// Lets the events from now on be of `operation`.
    pub(crate) fn stamp(&mut self, operation: &Operation) {
        self.stamp = (Some((operation.id.clone(), operation.kind.word())), operation.token.clone());
    }

    pub(crate) fn emit_of(
        &mut self,
        account: &mut Account,
        entry: Entry,
        operation: Option<(String, &'static str)>,
        token: Option<String>,
    ) {
        let number = account.number();
        let is_of_resource = entry.resource_type != STACK_TYPE;
        let is_late = account.late > 0 && is_of_resource && self.events.len().is_multiple_of(2);
        let id = if is_of_resource {
            format!("{}-{}-{number:012x}", entry.logical_id, entry.status)
        } else {
            account.uuid()
        };
        let time = account.now();
        let seen_from = if is_late { self.looks + account.late } else { 0 };
        self.events.push(Event { id, entry, number, time, token, operation, seen_from });
    }

    /// The events that can be seen, newest first, older than the page before.
    fn seen(&self, call: Call<'_>) -> Vec<&Event> {
        let token = call.form.get("NextToken").and_then(|token| token.strip_prefix("before-")?.parse().ok());
        let before = token.unwrap_or(u64::MAX);
        let seen = self.events.iter().rev();
        seen.filter(|event| event.seen_from <= self.looks && event.number < before).collect()
    }
}

/// One page, and the token of the next.
fn page(events: Vec<&Event>, size: usize) -> (Vec<&Event>, Option<String>) {
    let more = events.len() > size;
    let page: Vec<_> = events.into_iter().take(size).collect();
    let next = page.last().filter(|_| more).map(|event| format!("before-{}", event.number));
    (page, next)
}

/// `DescribeStackEvents`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html>
pub(crate) fn of_stack(world: &mut World, call: Call<'_>) -> Outcome {
    let name = call.form.required("StackName")?;
    let index = stacks::find(&world.stacks, call.region, name);
    let index = index.ok_or_else(|| invalid(format!("Stack [{name}] does not exist")))?;
    // Pages of one look show what was there at its beginning.
    if call.form.get("NextToken").is_none() {
        stacks::look(world, index);
    }
    let stack = &world.stacks[index];
    // The look may have ended the deletion of the stack, which no longer has its name.
    if stack.is_deleted() && stack.id != name {
        return Err(invalid(format!("Stack [{name}] does not exist")));
    }
    let mut events = stack.seen(call);
    events.retain(|event| event.entry.finding.is_none() && event.entry.change_set.is_none());
    let (events, next) = page(events, world.account.page);
    let mut xml = Xml::default();
    xml.members("StackEvents", events, |xml, event: &Event| {
        xml.text("StackId", &stack.id)
            .text("EventId", &event.id)
            .text("StackName", &stack.name)
            .optional("OperationId", event.operation.as_ref().map(|(id, _)| id));
        write(xml, event);
    });
    xml.optional("NextToken", next);
    Ok(xml)
}

fn write(xml: &mut Xml, event: &Event) {
    let Event { entry, time, token, .. } = event;
    xml.text("LogicalResourceId", &entry.logical_id)
        .text("PhysicalResourceId", &entry.physical_id)
        .text("ResourceType", &entry.resource_type)
        .text("Timestamp", iso(*time))
        .text("ResourceStatus", entry.status)
        .optional("ResourceStatusReason", entry.reason.as_ref())
        .optional("ResourceProperties", entry.properties.as_ref())
        .optional("ClientRequestToken", token.as_ref());
    if let Some((hook, reason)) = &entry.hook {
        xml.text("HookType", hook)
            .text("HookStatus", "HOOK_COMPLETE_FAILED")
            .text("HookStatusReason", reason)
            .text("HookInvocationPoint", "PRE_PROVISION")
            .text("HookFailureMode", "FAIL");
    }
}

/// `DescribeEvents`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html>
pub(crate) fn of_operations(world: &mut World, call: Call<'_>) -> Outcome {
    let (name, operation) = (call.form.get("StackName"), call.form.get("OperationId"));
    let set = call.form.get("ChangeSetName");
    let by_set = |arn: &str| world.stacks.iter().position(|stack| stack.change_sets.iter().any(|set| set.id == arn));
    let by_operation = |id: &str| {
        let has = |event: &Event| event.operation.as_ref().is_some_and(|(operation, _)| operation == id);
        world.stacks.iter().position(|stack| stack.events.iter().any(has))
    };
    let index = match (name, set, operation) {
        (Some(name), _, _) => stacks::get(world, call, name)?,
        (None, Some(arn), _) if arn.starts_with("arn:") => by_set(arn).ok_or_else(|| not_found(arn))?,
        (None, None, Some(id)) => by_operation(id).ok_or_else(|| invalid(format!("Operation {id} does not exist")))?,
        // A name without its stack is not enough.
        _ => return Err(invalid("One of ChangeSetName, OperationId or StackName must be specified")),
    };
    if call.form.get("NextToken").is_none() {
        stacks::look(world, index);
    }
    let stack = &world.stacks[index];
    let set = match set {
        Some(name) => {
            let known = stack.change_sets.iter().find(|set| set.id == name || set.name == name);
            Some(known.ok_or_else(|| not_found(name))?)
        }
        None => None,
    };
    let failed_alone = call.form.is_true("Filters.FailedEvents");
    let mut events = stack.seen(call);
    events.retain(|event| {
        let of_set = set.is_none_or(|set| event.entry.change_set.as_ref() == Some(&set.id));
        let of_operation =
            operation.is_none_or(|id| event.operation.as_ref().is_some_and(|(operation, _)| operation == id));
        let failed =
            event.entry.status.ends_with("_FAILED") || event.entry.finding.as_ref().is_some_and(|it| !it.warns);
        of_set && of_operation && (failed || !failed_alone)
    });
    let (events, next) = page(events, world.account.page);
    let mut xml = Xml::default();
    xml.members("OperationEvents", events, |xml, event: &Event| {
        xml.text("EventId", &event.id).text("StackId", &stack.id);
        if let Some((id, kind)) = &event.operation {
            xml.text("OperationId", id).text("OperationType", kind);
        }
        xml.text("EventType", kind(event));
        match &event.entry.finding {
            None => write(xml, event),
            Some(finding) => {
                xml.text("LogicalResourceId", &finding.logical_id)
                    .text("PhysicalResourceId", "")
                    .text("ResourceType", &finding.resource_type)
                    .text("Timestamp", iso(event.time))
                    .text("ValidationFailureMode", if finding.warns { "WARN" } else { "FAIL" })
                    .text("ValidationName", &finding.validation)
                    .text("ValidationStatus", "FAILED")
                    .text("ValidationStatusReason", &finding.reason)
                    .text("ValidationPath", &finding.path);
            }
        }
    });
    xml.optional("NextToken", next);
    Ok(xml)
}

fn not_found(name: &str) -> Refusal {
    Refusal::new(404, "ChangeSetNotFound", format!("ChangeSet [{name}] does not exist"))
}

fn kind(event: &Event) -> &'static str {
    match &event.entry {
        Entry { finding: Some(_), .. } => "VALIDATION_ERROR",
        Entry { hook: Some(_), .. } => "HOOK_INVOCATION_ERROR",
        Entry { resource_type, .. } if resource_type == STACK_TYPE => "STACK_EVENT",
        Entry { status, .. } if status.ends_with("_FAILED") => "PROVISIONING_ERROR",
        _ => "PROGRESS_EVENT",
    }
}
