//! What CloudFormation does with a stack, one step at each look.
//!
//! The states are those of
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-stack-status-codes>, what
//! happens at a failure that of
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html>.

mod provision;
mod removal;
mod rollback;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::events::Entry;
use super::exports::Exports;
use super::stacks::{Record, Settings, Stack};
use super::templates::Scope;
use crate::account::{Account, Doing};
use crate::world::World;

use removal::Removal;

pub(crate) use provision::{imports, outputs};

/// What an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Create,
    Update,
    Delete,
    ContinueRollback,
    Rollback,
}

/// What becomes of a stack whose creation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum OnFailure {
    #[default]
    Rollback,
    Delete,
    DoNothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Makes and changes resources.
    Provision,
    /// Changes resources back.
    Undo,
    /// Deletes what went or was replaced, of an update or of its rollback.
    CleanUp,
    /// Deletes everything.
    Remove,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Started,
    Done,
    Failed,
}

/// A resource that is made, changed or changed back.
#[derive(Debug)]
struct Task {
    needs: BTreeSet<String>,
    state: State,
    doing: Doing,
    /// Why the service refused it.
    error: Option<String>,
}

/// An operation on a stack.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) token: Option<String>,
    /// The state that the stack was in.
    pub(crate) before: &'static str,
    /// What shall be left of a stack that is deleted.
    pub(crate) retain: BTreeSet<String>,
    /// Why the deletion of the stack is given up.
    pub(crate) refusal: Option<String>,
    pub(crate) on_failure: OnFailure,
    /// Whether resources that the operation made are not kept for their deletion policy.
    pub(crate) retains_except_on_create: bool,
    phase: Phase,
    /// What the stack was made from before; none of a stack that a test put into its state.
    start: Option<Settings>,
    tasks: IndexMap<String, Task>,
    removals: Vec<Removal>,
    /// The resources as they were.
    undo: IndexMap<String, Record>,
    /// The resources that it made.
    made: BTreeSet<String>,
    /// What was replaced, and what replaced something and is no longer wanted.
    replaced: Vec<Removal>,
    discarded: Vec<Removal>,
    is_undone: bool,
}

impl Kind {
    /// As `DescribeEvents` has it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Create => "CREATE_STACK",
            Self::Update => "UPDATE_STACK",
            Self::Delete => "DELETE_STACK",
            Self::ContinueRollback => "CONTINUE_ROLLBACK",
            Self::Rollback => "ROLLBACK",
        }
    }
}

/// Lets the operation of a stack do one step.
pub(crate) fn step(world: &mut World, index: usize) {
    let exports = Exports::of(&world.stacks, &world.stacks[index].region);
    let World { account, stacks, .. } = world;
    let stack = &mut stacks[index];
    if let Some(operation) = stack.operation.take() {
        stack.operation = operation.step(account, stack, &exports);
    }
}

impl Operation {
    pub(crate) fn new(account: &mut Account, kind: Kind, token: Option<String>) -> Self {
        Self {
            id: account.uuid(),
            kind,
            token,
            before: "",
            retain: BTreeSet::new(),
            refusal: None,
            on_failure: OnFailure::default(),
            retains_except_on_create: false,
            phase: Phase::Provision,
            start: None,
            tasks: IndexMap::new(),
            removals: Vec::new(),
            undo: IndexMap::new(),
            made: BTreeSet::new(),
            replaced: Vec::new(),
            discarded: Vec::new(),
            is_undone: false,
        }
    }

    /// Goes on from where another stopped half-way.
    pub(crate) fn adopt(&mut self, other: Self) {
        self.start = other.start;
        self.undo = other.undo;
        self.made = other.made;
        self.replaced = other.replaced;
        self.discarded = other.discarded;
        self.retains_except_on_create = other.retains_except_on_create;
    }

    /// One step; the operation as it goes on.
    fn step(mut self, account: &mut Account, stack: &mut Stack, exports: &Exports) -> Option<Self> {
        stack.stamp(&self);
        if let Some(reason) = self.refusal.take() {
            stack.become_(account, self.before, Some(reason));
            return None;
        }
        match self.phase {
            Phase::Provision => self.go_on(account, stack, exports),
            Phase::Undo => self.go_back(account, stack),
            Phase::CleanUp => self.clean_up(account, stack),
            Phase::Remove => self.go_away(account, stack),
        }
    }

    fn in_state(&self, state: State) -> Vec<String> {
        self.tasks.iter().filter(|(_, task)| task.state == state).map(|(id, _)| id.clone()).collect()
    }

    fn fail(mut self, account: &mut Account, stack: &mut Stack, reason: &str) -> Option<Self> {
        stack.settle_change_set("EXECUTE_FAILED");
        let is_creation = self.kind == Kind::Create;
        if self.on_failure == OnFailure::DoNothing {
            let status = if is_creation { "CREATE_FAILED" } else { "UPDATE_FAILED" };
            stack.become_(account, status, Some(reason.to_owned()));
            stack.suspended = (!is_creation).then_some(self);
            return None;
        }
        if !is_creation {
            self.fall_back(account, stack, reason.to_owned());
            return Some(self);
        }
        let reason = reason.trim_end();
        let stop = if reason.ends_with('.') { "" } else { "." };
        let (status, what) = match self.on_failure {
            OnFailure::Delete => ("DELETE_IN_PROGRESS", "Delete requested by user."),
            _ => ("ROLLBACK_IN_PROGRESS", "Rollback requested by user."),
        };
        self.remove(stack);
        stack.become_(account, status, Some(format!("{reason}{stop} {what}")));
        Some(self)
    }
}

/// What the functions of the stack's template yield.
fn scope<'a>(stack: &'a Stack, exports: &'a BTreeMap<String, String>) -> Scope<'a> {
    let Settings { template, parameters, .. } = &stack.settings;
    Scope {
        template,
        parameters,
        stack_name: &stack.name,
        stack_id: &stack.id,
        region: &stack.region,
        records: &stack.records,
        exports,
    }
}

/// `The following resource(s) failed to create: [A, B]. `, with the space at its end that CloudFormation leaves.
fn failed_words(failed: &[(&str, Vec<String>)]) -> String {
    let failed = failed.iter().filter(|(_, ids)| !ids.is_empty());
    let words = failed.map(|(verb, ids)| format!("The following resource(s) failed to {verb}: [{}]. ", ids.join(", ")));
    words.collect::<Vec<_>>().concat()
}

/// Sets the state of a resource, with an event that says so.
fn report(account: &mut Account, stack: &mut Stack, id: &str, status: &'static str, reason: Option<String>) {
    let now = account.now();
    let Some(record) = stack.records.get_mut(id) else { return };
    record.status = status;
    record.reason.clone_from(&reason);
    record.updated = now;
    let entry = Entry {
        logical_id: id.to_owned(),
        physical_id: record.physical_id.clone(),
        resource_type: record.resource_type.clone(),
        status,
        reason,
        properties: Some(record.properties.to_string()),
        ..Entry::default()
    };
    stack.emit(account, entry);
}
