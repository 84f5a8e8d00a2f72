//! Stacks, and the calls that begin an operation on one without a change set.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use infra::Template;
use serde_json::Value as Json;

use super::change_sets::ChangeSet;
use super::events::{Entry, Event, Stamp};
use super::operations::{Kind, Operation};
use super::{Call, Outcome, exports, invalid, refactors};
use crate::account::{Account, Time};
use crate::http::{ACCOUNT, Refusal};
use crate::world::World;
use crate::xml::Xml;

/// The type of a stack itself in its events.
pub(crate) const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// Every state of a stack.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-stack-status-codes>
pub(crate) const STATUSES: [&str; 23] = [
    "CREATE_COMPLETE",
    "CREATE_FAILED",
    "CREATE_IN_PROGRESS",
    "DELETE_COMPLETE",
    "DELETE_FAILED",
    "DELETE_IN_PROGRESS",
    "IMPORT_COMPLETE",
    "IMPORT_IN_PROGRESS",
    "IMPORT_ROLLBACK_COMPLETE",
    "IMPORT_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_IN_PROGRESS",
    "REVIEW_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "ROLLBACK_IN_PROGRESS",
    "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_FAILED",
    "UPDATE_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_IN_PROGRESS",
];

/// What a stack is made from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// The template as it was given.
    pub(crate) text: String,
    pub(crate) template: Template,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) role: Option<String>,
    pub(crate) capabilities: Vec<String>,
    /// Whether resources that exist already under their names become part of the stack.
    pub(crate) imports: bool,
}

/// When an operation ends.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentConfig.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// When resources are ready.
    #[default]
    Standard,
    /// When they are configured.
    Express,
}

/// A resource as CloudFormation knows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    pub(crate) resource_type: String,
    /// Empty until the resource is made.
    pub(crate) physical_id: String,
    pub(crate) status: &'static str,
    pub(crate) reason: Option<String>,
    pub(crate) updated: Time,
    /// With values in place of functions.
    pub(crate) properties: Json,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) deletion_policy: String,
    pub(crate) replace_policy: String,
    pub(crate) dependencies: BTreeSet<String>,
}

impl Record {
    /// Whether the resource was begun and is not deleted, nor left to itself.
    pub(crate) fn is_held(&self) -> bool {
        !matches!(self.status, "" | "DELETE_COMPLETE" | "DELETE_SKIPPED")
    }
}

/// An output with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) description: Option<String>,
    pub(crate) export: Option<String>,
}

/// A stack.
#[derive(Debug, Default)]
pub(crate) struct Stack {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) status: &'static str,
    pub(crate) reason: Option<String>,
    pub(crate) created: Time,
    pub(crate) updated: Option<Time>,
    pub(crate) deleted: Option<Time>,
    pub(crate) settings: Settings,
    pub(crate) records: IndexMap<String, Record>,
    pub(crate) outputs: Vec<Output>,
    /// The names of the exports that its template imports.
    pub(crate) imports: BTreeSet<String>,
    pub(crate) events: Vec<Event>,
    pub(crate) stamp: Stamp,
    pub(crate) change_sets: Vec<ChangeSet>,
    pub(crate) operation: Option<Operation>,
    /// The operation that stopped half-way, for what rolls it back.
    pub(crate) suspended: Option<Operation>,
    pub(crate) is_protected: bool,
    /// The mode of its last operation.
    pub(crate) mode: Mode,
    pub(crate) policy: Option<String>,
    /// The change set that was executed last.
    pub(crate) change_set: Option<String>,
    pub(crate) disables_rollback: bool,
    pub(crate) does_nothing_on_failure: bool,
    /// How often somebody looked at it.
    pub(crate) looks: u64,
}

impl Stack {
    /// A stack that holds nothing yet.
    pub(crate) fn new(account: &mut Account, region: &str, name: &str) -> Self {
        let id = format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/{}", account.uuid());
        Self {
            id,
            name: name.to_owned(),
            region: region.to_owned(),
            status: "REVIEW_IN_PROGRESS",
            created: account.now(),
            ..Self::default()
        }
    }

    /// Goes into a state, with an event that says so.
    pub(crate) fn become_(&mut self, account: &mut Account, status: &'static str, reason: Option<String>) {
        self.status = status;
        self.reason.clone_from(&reason);
        let entry = Entry {
            logical_id: self.name.clone(),
            physical_id: self.id.clone(),
            resource_type: STACK_TYPE.to_owned(),
            status,
            reason,
            ..Entry::default()
        };
        self.emit(account, entry);
    }

    pub(crate) fn is_deleted(&self) -> bool {
        self.status == "DELETE_COMPLETE"
    }

    /// Refuses what is possible only in certain states.
    fn require(&self, statuses: &[&str], refusal: impl FnOnce() -> String) -> Result<(), Refusal> {
        if statuses.contains(&self.status) { Ok(()) } else { Err(invalid(refusal())) }
    }
}

/// The place of a stack, by its id or the name of one that is not deleted.
pub(crate) fn find(stacks: &[Stack], region: &str, name: &str) -> Option<usize> {
    stacks
        .iter()
        .rposition(|stack| stack.region == region && (stack.id == name || (stack.name == name && !stack.is_deleted())))
}

/// The same, or the refusal that most operations give.
pub(crate) fn get(world: &World, call: Call<'_>, name: &str) -> Result<usize, Refusal> {
    find(&world.stacks, call.region, name).ok_or_else(|| invalid(format!("Stack with id {name} does not exist")))
}

/// Lets the stack's operation go on: every look at it is a step.
pub(crate) fn look(world: &mut World, index: usize) {
    world.stacks[index].looks += 1;
    let id = world.stacks[index].id.clone();
    refactors::advance_of(world, &id);
    super::step(world, index);
}

/// `DeleteStack`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html>
pub(crate) fn delete(world: &mut World, call: Call<'_>) -> Outcome {
    let name = call.form.required("StackName")?;
    let retain: BTreeSet<String> = call.form.texts("RetainResources").into_iter().collect();
    // What does not exist is deleted already.
    let Some(index) = find(&world.stacks, call.region, name) else { return Ok(Xml::default()) };
    let in_use = exports::in_use(&world.stacks, index);
    let World { account, stacks, .. } = world;
    let stack = &mut stacks[index];
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html
    if stack.is_protected {
        let name = &stack.name;
        return Err(invalid(format!("Stack [{name}] cannot be deleted while TerminationProtection is enabled")));
    }
    let status = stack.status;
    if status.starts_with("UPDATE_") && status.ends_with("_IN_PROGRESS") {
        return Err(invalid(format!("Stack [{}] cannot be deleted while in status {status}", stack.id)));
    }
    // One that is being deleted goes on, with the token of who began.
    if matches!(status, "DELETE_IN_PROGRESS" | "DELETE_COMPLETE") {
        return Ok(Xml::default());
    }
    if !retain.is_empty() && status != "DELETE_FAILED" {
        let message = "RetainResources can be specified only for a stack in the DELETE_FAILED state";
        return Err(invalid(format!("Invalid operation on stack [{}]. {message}", stack.id)));
    }
    let token = call.form.get("ClientRequestToken").map(str::to_owned);
    let mut operation = Operation::new(account, Kind::Delete, token);
    operation.before = status;
    operation.retain = retain;
    if let Some((export, importer)) = in_use {
        operation.refusal =
            Some(format!("Delete canceled. Cannot delete export {export} as it is in use by {importer}."));
    }
    operation.remove(stack);
    stack.stamp(&operation);
    stack.operation = Some(operation);
    stack.become_(account, "DELETE_IN_PROGRESS", Some("User Initiated".to_owned()));
    // A stack whose first change set was never executed holds nothing.
    if status == "REVIEW_IN_PROGRESS" {
        super::step(world, index);
    }
    Ok(Xml::default())
}

/// `CancelUpdateStack`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html>
pub(crate) fn cancel_update(world: &mut World, call: Call<'_>) -> Outcome {
    let index = get(world, call, call.form.required("StackName")?)?;
    let World { account, stacks, .. } = world;
    let stack = &mut stacks[index];
    stack.require(&["UPDATE_IN_PROGRESS"], || {
        "CancelUpdateStack cannot be called from current stack status".to_owned()
    })?;
    let operation = stack.operation.take();
    // A test put the stack into its state.
    let mut operation = operation.unwrap_or_else(|| Operation::new(account, Kind::Update, None));
    // What follows belongs to who cancelled.
    operation.token = call.form.get("ClientRequestToken").map(str::to_owned);
    operation.cancel(account, stack);
    stack.operation = Some(operation);
    Ok(Xml::default())
}

/// `ContinueUpdateRollback`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html>
pub(crate) fn continue_rollback(world: &mut World, call: Call<'_>) -> Outcome {
    let index = get(world, call, call.form.required("StackName")?)?;
    let World { account, stacks, .. } = world;
    let stack = &mut stacks[index];
    stack.require(&["UPDATE_ROLLBACK_FAILED"], || {
        format!("Stack:{} is in {} state and can not continue rolling back an update.", stack.id, stack.status)
    })?;
    let token = call.form.get("ClientRequestToken").map(str::to_owned);
    let mut operation = Operation::new(account, Kind::ContinueRollback, token);
    if let Some(suspended) = stack.suspended.take() {
        operation.adopt(suspended);
    }
    let skipped: BTreeSet<String> = call.form.texts("ResourcesToSkip").into_iter().collect();
    operation.undo_update(stack, &skipped);
    stack.stamp(&operation);
    stack.operation = Some(operation);
    stack.become_(account, "UPDATE_ROLLBACK_IN_PROGRESS", Some("User Initiated".to_owned()));
    Ok(Xml::default())
}

/// `RollbackStack`: it deletes a stack that never came to rest.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html>
pub(crate) fn roll_back(world: &mut World, call: Call<'_>) -> Outcome {
    let index = get(world, call, call.form.required("StackName")?)?;
    let World { account, stacks, .. } = world;
    let stack = &mut stacks[index];
    stack.require(&["CREATE_FAILED", "UPDATE_FAILED"], || {
        format!("Stack:{} is in {} state and can not be rolled back.", stack.id, stack.status)
    })?;
    let token = call.form.get("ClientRequestToken").map(str::to_owned);
    let mut operation = Operation::new(account, Kind::Rollback, token);
    stack.stamp(&operation);
    if stack.status == "CREATE_FAILED" {
        operation.remove(stack);
        stack.become_(account, "DELETE_IN_PROGRESS", Some("User Initiated".to_owned()));
    } else {
        if let Some(suspended) = stack.suspended.take() {
            operation.adopt(suspended);
        }
        operation.undo_update(stack, &BTreeSet::new());
        stack.become_(account, "UPDATE_ROLLBACK_IN_PROGRESS", Some("User Initiated".to_owned()));
    }
    let mut xml = Xml::default();
    xml.text("StackId", &stack.id).text("OperationId", &operation.id);
    stack.operation = Some(operation);
    Ok(xml)
}

/// `GetStackPolicy`.
pub(crate) fn policy(world: &mut World, call: Call<'_>) -> Outcome {
    let index = get(world, call, call.form.required("StackName")?)?;
    let mut xml = Xml::default();
    xml.optional("StackPolicyBody", world.stacks[index].policy.as_ref());
    Ok(xml)
}

/// `SetStackPolicy`.
pub(crate) fn set_policy(world: &mut World, call: Call<'_>) -> Outcome {
    let index = get(world, call, call.form.required("StackName")?)?;
    let body = call.form.required("StackPolicyBody")?;
    if serde_json::from_str::<Json>(body).is_err() {
        return Err(invalid("Error validating stack policy: Invalid stack policy"));
    }
    world.stacks[index].policy = Some(body.to_owned());
    Ok(Xml::default())
}

/// `UpdateTerminationProtection`.
pub(crate) fn protect(world: &mut World, call: Call<'_>) -> Outcome {
    let index = get(world, call, call.form.required("StackName")?)?;
    let stack = &mut world.stacks[index];
    stack.is_protected = call.form.is_true("EnableTerminationProtection");
    let mut xml = Xml::default();
    xml.text("StackId", &stack.id);
    Ok(xml)
}
