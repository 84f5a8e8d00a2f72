//! Changes resources back after a failed update.

use std::collections::{BTreeMap, BTreeSet};

use super::super::stacks::Stack;
use super::provision::imports;
use super::removal::Removal;
use super::{Operation, Phase, State, Task, failed_words, report, scope};
use crate::account::{Account, Doing};
use crate::resources;

impl Operation {
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

    pub(super) fn fall_back(&mut self, account: &mut Account, stack: &mut Stack, reason: String) {
        self.undo_update(stack, &BTreeSet::new());
        stack.become_(account, "UPDATE_ROLLBACK_IN_PROGRESS", Some(reason));
    }

    pub(super) fn go_back(mut self, account: &mut Account, stack: &mut Stack) -> Option<Self> {
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
    pub(super) fn restore(&mut self, account: &mut Account, stack: &mut Stack, id: &str) -> Result<(), String> {
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
}
