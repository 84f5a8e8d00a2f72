//! Deletes resources, against the order of their references.

use std::collections::BTreeSet;

use super::super::events::Entry;
use super::super::stacks::Stack;
use super::{Kind, Operation, Phase, State, failed_words, report};
use crate::account::{Account, Doing};
use crate::resources;

/// After how many tries the clean-up of an update gives a resource up.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html>
const TRIES: u32 = 3;

/// A resource that is deleted.
#[derive(Debug)]
pub(super) struct Removal {
    pub(super) logical_id: String,
    pub(super) resource_type: String,
    pub(super) physical_id: String,
    pub(super) is_kept: bool,
    /// Whether the stack's record of the resource is about it, and not about what replaced it.
    pub(super) is_recorded: bool,
    /// What is to be gone before, because it depends on this.
    pub(super) after: BTreeSet<String>,
    pub(super) state: State,
    pub(super) tries: u32,
}

impl Operation {
    /// Prepares to delete all resources of the stack.
    pub(crate) fn remove(&mut self, stack: &Stack) {
        self.phase = Phase::Remove;
        let ids: Vec<_> = stack.records.iter().filter(|(_, it)| it.is_held()).map(|(id, _)| id.clone()).collect();
        let is_new = self.kind != Kind::Delete;
        self.removals = self.removals_of(stack, &ids, is_new);
    }

    pub(super) fn removals_of(&self, stack: &Stack, ids: &[String], is_new: bool) -> Vec<Removal> {
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

    pub(super) fn clean_up(mut self, account: &mut Account, stack: &mut Stack) -> Option<Self> {
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

    pub(super) fn go_away(mut self, account: &mut Account, stack: &mut Stack) -> Option<Self> {
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
    pub(super) fn removes_on(&mut self, account: &mut Account, stack: &mut Stack, tries: u32) -> bool {
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

    pub(super) fn finish_removal(&mut self, account: &mut Account, stack: &mut Stack, index: usize, tries: u32) {
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
