//! What CloudFormation does with a stack, one step at each look.
//!
//! The states are those of
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-stack-status-codes>, what
//! happens at a failure that of
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html>.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use indexmap::IndexMap;
use infra::expression::Expression;
use infra::schema;
use serde_json::Value as Json;

use super::changes::{differences, recreation};
use super::events::Entry;
use super::exports::Exports;
use super::stacks::{Output, Record, Settings, Stack};
use super::templates::{Scope, dependencies, scalar_text, text_of};
use crate::account::{Account, Doing};
use crate::resources::{self, Wanted};
use crate::world::World;

/// After how many tries the clean-up of an update gives a resource up.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html>
const TRIES: u32 = 3;

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

/// A resource that is deleted.
#[derive(Debug)]
struct Removal {
    logical_id: String,
    resource_type: String,
    physical_id: String,
    is_kept: bool,
    /// Whether the stack's record of the resource is about it, and not about what replaced it.
    is_recorded: bool,
    /// What is to be gone before, because it depends on this.
    after: BTreeSet<String>,
    state: State,
    tries: u32,
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

    /// Prepares to make the stack what `goal` says.
    pub(crate) fn provision(&mut self, stack: &mut Stack, goal: Settings) {
        if let Some(suspended) = stack.suspended.take() {
            self.adopt(suspended);
            stack.settings = goal;
        } else {
            self.start = Some(mem::replace(&mut stack.settings, goal));
        }
        let none = BTreeMap::new();
        let active = scope(stack, &none).resources();
        self.tasks = active
            .iter()
            .map(|(id, resource)| {
                let needs = dependencies(resource);
                let needs = needs.into_iter().filter(|need| active.iter().any(|(id, _)| id == need)).collect();
                (id.clone(), Task { needs, state: State::Waiting, doing: Doing::Create, error: None })
            })
            .collect();
    }

    /// Prepares to delete all resources of the stack.
    pub(crate) fn remove(&mut self, stack: &Stack) {
        self.phase = Phase::Remove;
        let exists = |record: &Record| !matches!(record.status, "" | "DELETE_COMPLETE" | "DELETE_SKIPPED");
        let ids: Vec<_> = stack.records.iter().filter(|(_, it)| exists(it)).map(|(id, _)| id.clone()).collect();
        let is_new = self.kind != Kind::Delete;
        self.removals = self.removals_of(stack, &ids, is_new);
    }

    fn removals_of(&self, stack: &Stack, ids: &[String], is_new: bool) -> Vec<Removal> {
        let removal = |id: &String| {
            let record = stack.records.get(id)?;
            let depends =
                |other: &&String| stack.records.get(*other).is_some_and(|other| other.dependencies.contains(id));
            // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
            let is_kept = match record.deletion_policy.as_str() {
                "Retain" => !(is_new && self.retains_except_on_create),
                "RetainExceptOnCreate" => !is_new,
                _ => false,
            };
            Some(Removal {
                logical_id: id.clone(),
                resource_type: record.resource_type.clone(),
                physical_id: record.physical_id.clone(),
                is_kept: (is_kept && !record.physical_id.is_empty()) || self.retain.contains(id),
                is_recorded: true,
                after: ids.iter().filter(depends).cloned().collect(),
                state: State::Waiting,
                tries: 0,
            })
        };
        ids.iter().filter_map(removal).collect()
    }

    /// Prepares to change resources back to what they were, except those to be skipped.
    pub(crate) fn undo_update(&mut self, stack: &mut Stack, skipped: &BTreeSet<String>) {
        self.phase = Phase::Undo;
        self.is_undone = true;
        if let Some(start) = &self.start {
            stack.settings = start.clone();
        }
        stack.imports = imports(&scope(stack, &BTreeMap::new()));
        self.replaced.clear();
        for id in skipped {
            self.undo.shift_remove(id);
            if let Some(record) = stack.records.get_mut(id) {
                record.status = "UPDATE_COMPLETE";
            }
        }
        let task = |id: &String| {
            let task = Task { needs: BTreeSet::new(), state: State::Waiting, doing: Doing::Rollback, error: None };
            (id.clone(), task)
        };
        self.tasks = self.undo.keys().map(task).collect();
    }

    /// Breaks an update off, as its user asked.
    pub(crate) fn cancel(&mut self, account: &mut Account, stack: &mut Stack) {
        stack.stamp(self);
        self.cancel_started(account, stack);
        self.fall_back(account, stack, "User Initiated".to_owned());
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

    fn go_on(mut self, account: &mut Account, stack: &mut Stack, exports: &Exports) -> Option<Self> {
        let started = self.in_state(State::Started);
        let failing: Vec<_> = started.iter().filter(|id| self.tasks[id.as_str()].error.is_some()).cloned().collect();
        if failing.is_empty() {
            for id in &started {
                self.tasks[id.as_str()].state = State::Done;
                let done =
                    if self.tasks[id.as_str()].doing == Doing::Create { "CREATE_COMPLETE" } else { "UPDATE_COMPLETE" };
                report(account, stack, id, done, None);
            }
        } else {
            for id in &failing {
                let task = &mut self.tasks[id.as_str()];
                task.state = State::Failed;
                let failed = if task.doing == Doing::Create { "CREATE_FAILED" } else { "UPDATE_FAILED" };
                let reason = task.error.take();
                report(account, stack, id, failed, reason);
            }
            let named = |doing: &[Doing]| {
                let ids = failing.iter().filter(|id| doing.contains(&self.tasks[id.as_str()].doing));
                ids.cloned().collect::<Vec<_>>()
            };
            let reason = failed_words(&[("create", named(&[Doing::Create])), ("update", named(&[Doing::Update]))]);
            self.cancel_started(account, stack);
            return self.fail(account, stack, &reason);
        }
        stack.imports = imports(&scope(stack, &exports.values));
        while let Some(id) = self.ready() {
            if let Err(reason) = self.begin(account, stack, exports, &id) {
                self.cancel_started(account, stack);
                return self.fail(account, stack, &reason);
            }
        }
        if self.tasks.values().any(|task| task.state != State::Done) {
            return Some(self);
        }
        self.complete(account, stack, exports)
    }

    fn in_state(&self, state: State) -> Vec<String> {
        self.tasks.iter().filter(|(_, task)| task.state == state).map(|(id, _)| id.clone()).collect()
    }

    /// A task that waits for nothing any more.
    fn ready(&self) -> Option<String> {
        let is_done = |id: &String| self.tasks.get(id).is_none_or(|task| task.state == State::Done);
        let mut waiting = self.tasks.iter().filter(|(_, task)| task.state == State::Waiting);
        waiting.find(|(_, task)| task.needs.iter().all(is_done)).map(|(id, _)| id.clone())
    }

    /// Begins with a resource. What stays as it is is done.
    fn begin(&mut self, account: &mut Account, stack: &mut Stack, exports: &Exports, id: &str) -> Result<(), String> {
        let scope = scope(stack, &exports.values);
        let resource = stack.settings.template.resource(id).cloned().map(Json::Object).unwrap_or_default();
        let kind = text_of(&resource, "Type").to_owned();
        let properties = scope.evaluate(resource.get("Properties").unwrap_or(&Json::Null))?;
        let tags = stack.settings.tags.clone();
        let record = stack.records.get(id).filter(|record| {
            !record.physical_id.is_empty() && !matches!(record.status, "DELETE_COMPLETE" | "DELETE_SKIPPED")
        });
        let record = record.cloned();
        let after = Record {
            resource_type: kind.clone(),
            physical_id: record.as_ref().map(|record| record.physical_id.clone()).unwrap_or_default(),
            status: record.as_ref().map_or("CREATE_IN_PROGRESS", |record| record.status),
            reason: None,
            updated: account.now(),
            properties,
            tags,
            deletion_policy: text_of(&resource, "DeletionPolicy").to_owned(),
            replace_policy: text_of(&resource, "UpdateReplacePolicy").to_owned(),
            dependencies: dependencies(&resource),
        };
        let Some(before) = record else {
            stack.records.insert(id.to_owned(), after);
            self.made.insert(id.to_owned());
            self.make(account, stack, id, Doing::Create);
            return Ok(());
        };
        let mut paths = Vec::new();
        differences(&mut Vec::new(), Some(&before.properties), Some(&after.properties), &mut paths);
        let is_tagged = schema::of(&kind).is_some_and(|schema| schema.tag_property().is_some());
        let is_same = paths.is_empty() && !(is_tagged && before.tags != after.tags);
        // What replaces in some cases only does in all: whatever would be lost is.
        let replaces = paths.iter().any(|path| recreation(&kind, path) != "Never");
        let was_failed = before.status.ends_with("_FAILED");
        stack.records.insert(id.to_owned(), after);
        if is_same && !was_failed {
            self.tasks[id].state = State::Done;
            return Ok(());
        }
        if !self.made.contains(id) && !self.undo.contains_key(id) {
            self.undo.insert(id.to_owned(), before.clone());
        }
        if replaces {
            self.replace(account, stack, id, &before);
        } else {
            self.change(account, stack, id);
        }
        Ok(())
    }

    /// Makes the resource of a record.
    fn make(&mut self, account: &mut Account, stack: &mut Stack, id: &str, doing: Doing) {
        let status = if doing == Doing::Create { "CREATE_IN_PROGRESS" } else { "UPDATE_IN_PROGRESS" };
        let task = &mut self.tasks[id];
        (task.state, task.doing) = (State::Started, doing);
        if doing == Doing::Create {
            report(account, stack, id, status, None);
        }
        if let Some(reason) = account.failing.get(&(id.to_owned(), Doing::Create)) {
            task.error = Some(reason.clone());
            return;
        }
        let Some(record) = stack.records.get(id).cloned() else { return };
        let wanted = Wanted {
            resource_type: &record.resource_type,
            logical_id: id,
            stack_name: &stack.name,
            stack_id: &stack.id,
            region: &stack.region,
            properties: &record.properties,
            tags: &record.tags,
        };
        match resources::create(account, &wanted) {
            Ok(physical_id) => {
                if let Some(record) = stack.records.get_mut(id) {
                    record.physical_id = physical_id;
                }
                report(account, stack, id, status, Some("Resource creation Initiated".to_owned()));
            }
            Err(error) => task.error = Some(error),
        }
    }

    /// Makes a resource in the place of another, which is deleted in the clean-up.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html>
    fn replace(&mut self, account: &mut Account, stack: &mut Stack, id: &str, before: &Record) {
        let reason = "Requested update requires the creation of a new physical resource; hence creating one.";
        report(account, stack, id, "UPDATE_IN_PROGRESS", Some(reason.to_owned()));
        let task = &mut self.tasks[id];
        (task.state, task.doing) = (State::Started, Doing::Update);
        if let Some(reason) = account.failing.get(&(id.to_owned(), Doing::Update)) {
            task.error = Some(reason.clone());
            return;
        }
        let after = stack.records.get(id).map(|record| record.properties.clone()).unwrap_or_default();
        let name = |properties| resources::unique_name_of(&before.resource_type, properties);
        if let (Some(old), Some(new)) = (name(&before.properties), name(&after))
            && old == new
        {
            // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
            task.error = Some(format!(
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {new} \
                 and update the stack again."
            ));
            return;
        }
        self.make(account, stack, id, Doing::Update);
        if self.tasks[id].error.is_none() {
            self.replaced.push(Removal {
                logical_id: id.to_owned(),
                resource_type: before.resource_type.clone(),
                physical_id: before.physical_id.clone(),
                is_kept: before.replace_policy == "Retain",
                is_recorded: false,
                after: BTreeSet::new(),
                state: State::Waiting,
                tries: 0,
            });
        }
    }

    fn change(&mut self, account: &mut Account, stack: &mut Stack, id: &str) {
        report(account, stack, id, "UPDATE_IN_PROGRESS", None);
        let task = &mut self.tasks[id];
        (task.state, task.doing) = (State::Started, Doing::Update);
        let Some(record) = stack.records.get(id) else { return };
        let place = (record.resource_type.as_str(), stack.region.as_str(), record.physical_id.as_str());
        task.error = match account.failing.get(&(id.to_owned(), Doing::Update)) {
            Some(reason) => Some(reason.clone()),
            None => resources::update(account, place, &record.properties, &record.tags).err(),
        };
    }

    /// What has begun when something else fails is broken off.
    fn cancel_started(&mut self, account: &mut Account, stack: &mut Stack) {
        for id in self.in_state(State::Started) {
            let task = &mut self.tasks[id.as_str()];
            task.state = State::Failed;
            let (status, reason) = match task.doing {
                Doing::Create => ("CREATE_FAILED", "Resource creation cancelled"),
                _ => ("UPDATE_FAILED", "Resource update cancelled"),
            };
            report(account, stack, &id, status, Some(reason.to_owned()));
        }
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

    fn fall_back(&mut self, account: &mut Account, stack: &mut Stack, reason: String) {
        self.undo_update(stack, &BTreeSet::new());
        stack.become_(account, "UPDATE_ROLLBACK_IN_PROGRESS", Some(reason));
    }

    /// When all resources are made and changed.
    fn complete(mut self, account: &mut Account, stack: &mut Stack, exports: &Exports) -> Option<Self> {
        let outputs = match outputs(&scope(stack, &exports.values)) {
            Ok(outputs) => outputs,
            Err(reason) => return self.fail(account, stack, &reason),
        };
        if let Some(reason) = exports.refusal(stack, &outputs).or_else(|| account.failing_stack.take()) {
            return self.fail(account, stack, &reason);
        }
        stack.outputs = outputs;
        if self.kind == Kind::Create {
            stack.settle_change_set("EXECUTE_COMPLETE");
            stack.become_(account, "CREATE_COMPLETE", None);
            return None;
        }
        let wanted = |id: &String| self.tasks.contains_key(id);
        let exists = |record: &Record| !matches!(record.status, "" | "DELETE_COMPLETE" | "DELETE_SKIPPED");
        let gone = stack.records.iter().filter(|(id, record)| !wanted(id) && exists(record));
        let gone: Vec<_> = gone.map(|(id, _)| id.clone()).collect();
        self.removals = self.removals_of(stack, &gone, false);
        self.removals.append(&mut self.replaced);
        self.phase = Phase::CleanUp;
        stack.settle_change_set("EXECUTE_COMPLETE");
        stack.become_(account, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None);
        Some(self)
    }

    fn go_back(mut self, account: &mut Account, stack: &mut Stack) -> Option<Self> {
        for id in self.in_state(State::Started) {
            let error = self.restore(account, stack, &id).err();
            let failed = error.is_some();
            self.tasks[id.as_str()].state = if failed { State::Failed } else { State::Done };
            report(account, stack, &id, if failed { "UPDATE_FAILED" } else { "UPDATE_COMPLETE" }, error);
            if !failed {
                self.undo.shift_remove(&id);
            }
        }
        for id in self.in_state(State::Waiting) {
            self.tasks[id.as_str()].state = State::Started;
            report(account, stack, &id, "UPDATE_IN_PROGRESS", None);
        }
        if !self.in_state(State::Started).is_empty() {
            return Some(self);
        }
        let failed = self.in_state(State::Failed);
        if !failed.is_empty() {
            let reason = failed_words(&[("update", failed)]);
            stack.become_(account, "UPDATE_ROLLBACK_FAILED", Some(reason));
            stack.suspended = Some(self);
            return None;
        }
        let made: Vec<_> = self.made.iter().cloned().collect();
        self.removals = self.removals_of(stack, &made, true);
        self.removals.append(&mut self.discarded);
        self.phase = Phase::CleanUp;
        stack.become_(account, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", None);
        Some(self)
    }

    /// Makes a resource again what it was.
    fn restore(&mut self, account: &mut Account, stack: &mut Stack, id: &str) -> Result<(), String> {
        if let Some(reason) = account.failing.get(&(id.to_owned(), Doing::Rollback)) {
            return Err(reason.clone());
        }
        let Some(before) = self.undo.get(id).cloned() else { return Ok(()) };
        let now = stack.records.get(id).cloned().unwrap_or_default();
        let place = (before.resource_type.as_str(), stack.region.as_str(), before.physical_id.as_str());
        resources::update(account, place, &before.properties, &before.tags)?;
        if now.physical_id != before.physical_id {
            self.discarded.push(Removal {
                logical_id: id.to_owned(),
                resource_type: now.resource_type,
                physical_id: now.physical_id,
                is_kept: false,
                is_recorded: false,
                after: BTreeSet::new(),
                state: State::Waiting,
                tries: 0,
            });
        }
        stack.records.insert(id.to_owned(), before);
        Ok(())
    }

    fn clean_up(mut self, account: &mut Account, stack: &mut Stack) -> Option<Self> {
        if self.removes_on(account, stack, TRIES) {
            return Some(self);
        }
        let left = self.removals.iter().any(|removal| removal.state != State::Done);
        let (status, words) = if self.is_undone {
            ("UPDATE_ROLLBACK_COMPLETE", "Update rollback successful")
        } else {
            ("UPDATE_COMPLETE", "Update successful")
        };
        stack.updated = Some(account.now());
        let reason = left.then(|| format!("{words}. One or more resources could not be deleted."));
        stack.become_(account, status, reason);
        None
    }

    fn go_away(mut self, account: &mut Account, stack: &mut Stack) -> Option<Self> {
        if self.removes_on(account, stack, 1) {
            return Some(self);
        }
        let failed = self.removals.iter().filter(|removal| removal.state == State::Failed);
        let failed: Vec<_> = failed.map(|removal| removal.logical_id.clone()).collect();
        let goes = stack.status == "DELETE_IN_PROGRESS";
        if failed.is_empty() {
            stack.imports.clear();
            if goes {
                stack.deleted = Some(account.now());
                stack.change_sets.clear();
                stack.outputs.clear();
            }
            stack.become_(account, if goes { "DELETE_COMPLETE" } else { "ROLLBACK_COMPLETE" }, None);
        } else {
            let reason = failed_words(&[("delete", failed)]);
            stack.become_(account, if goes { "DELETE_FAILED" } else { "ROLLBACK_FAILED" }, Some(reason));
        }
        None
    }

    /// Goes on deleting; whether there is more to do.
    fn removes_on(&mut self, account: &mut Account, stack: &mut Stack, tries: u32) -> bool {
        for index in 0..self.removals.len() {
            if self.removals[index].state == State::Started {
                self.finish_removal(account, stack, index, tries);
            }
        }
        // What others depend on waits until they are gone.
        let open: BTreeSet<String> = self
            .removals
            .iter()
            .filter(|removal| removal.state != State::Done)
            .map(|removal| removal.logical_id.clone())
            .collect();
        for removal in &mut self.removals {
            if removal.state != State::Waiting || removal.after.iter().any(|other| open.contains(other)) {
                continue;
            }
            removal.state = State::Started;
            if !removal.is_kept && !removal.physical_id.is_empty() {
                tell(account, stack, removal, "DELETE_IN_PROGRESS", None);
            }
        }
        self.removals.iter().any(|removal| removal.state == State::Started)
    }

    fn finish_removal(&mut self, account: &mut Account, stack: &mut Stack, index: usize, tries: u32) {
        let removal = &mut self.removals[index];
        if removal.is_kept {
            removal.state = State::Done;
            tell(account, stack, removal, "DELETE_SKIPPED", None);
            return;
        }
        let refused = account.failing.get(&(removal.logical_id.clone(), Doing::Delete)).cloned();
        let Removal { resource_type, physical_id, .. } = &*removal;
        let deleted = match refused {
            Some(reason) => Err(reason),
            None if physical_id.is_empty() => Ok(()),
            None => resources::delete(account, resource_type, &stack.region, physical_id),
        };
        match deleted {
            Ok(()) => {
                removal.state = State::Done;
                tell(account, stack, removal, "DELETE_COMPLETE", None);
            }
            Err(reason) => {
                removal.tries += 1;
                removal.state = if removal.tries < tries { State::Waiting } else { State::Failed };
                tell(account, stack, removal, "DELETE_FAILED", Some(reason));
            }
        }
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

fn outputs(scope: &Scope<'_>) -> Result<Vec<Output>, String> {
    let active = scope.template.section("Outputs").filter(|(_, output)| scope.is_active(output));
    let output = |(key, output): (&str, &Json)| {
        let export = output.get("Export").and_then(|export| export.get("Name"));
        Ok(Output {
            key: key.to_owned(),
            value: scalar_text(&scope.evaluate(output.get("Value").unwrap_or(&Json::Null))?),
            description: output.get("Description").and_then(Json::as_str).map(str::to_owned),
            export: export.map(|name| scope.evaluate(name)).transpose()?.as_ref().map(scalar_text),
        })
    };
    active.map(output).collect()
}

/// The names of the exports that a template imports.
fn imports(scope: &Scope<'_>) -> BTreeSet<String> {
    fn collect(scope: &Scope<'_>, json: &Json, found: &mut BTreeSet<String>) {
        if let Expression::ImportValue(name) = Expression::of(json) {
            found.extend(scope.evaluate(name).ok().as_ref().map(scalar_text));
        }
        match json {
            Json::Array(items) => items.iter().for_each(|item| collect(scope, item, found)),
            Json::Object(members) => members.values().for_each(|member| collect(scope, member, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for (_, resource) in scope.resources() {
        collect(scope, &resource, &mut found);
    }
    scope.template.section("Outputs").for_each(|(_, output)| collect(scope, output, &mut found));
    found
}

/// `The following resource(s) failed to create: [A, B]. `, with the space at its end that CloudFormation leaves.
fn failed_words(failed: &[(&str, Vec<String>)]) -> String {
    let failed = failed.iter().filter(|(_, ids)| !ids.is_empty());
    failed.map(|(verb, ids)| format!("The following resource(s) failed to {verb}: [{}]. ", ids.join(", "))).collect()
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

/// The same of a resource that is deleted, which may be another one than its record is about.
fn tell(account: &mut Account, stack: &mut Stack, removal: &Removal, status: &'static str, reason: Option<String>) {
    let Removal { logical_id, physical_id, resource_type, .. } = removal;
    if removal.is_recorded {
        report(account, stack, logical_id, status, reason);
        return;
    }
    let entry = Entry {
        logical_id: logical_id.clone(),
        physical_id: physical_id.clone(),
        resource_type: resource_type.clone(),
        status,
        reason,
        ..Entry::default()
    };
    stack.emit(account, entry);
}
