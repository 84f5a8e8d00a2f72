//! Makes and changes resources, in the order of their references.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use infra::expression::Expression;
use infra::schema;
use serde_json::Value as Json;

use super::super::changes::{differences, recreation};
use super::super::events::Entry;
use super::super::exports::Exports;
use super::super::stacks::{Output, Record, Settings, Stack};
use super::super::templates::{Scope, dependencies, scalar_text, text_of};
use super::removal::Removal;
use super::{Kind, Operation, Phase, State, Task, failed_words, report, scope};
use crate::account::{Account, Doing};
use crate::resources::{self, Wanted};

impl Operation {
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

    pub(super) fn go_on(mut self, account: &mut Account, stack: &mut Stack, exports: &Exports) -> Option<Self> {
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

    /// A task that waits for nothing any more.
    pub(super) fn ready(&self) -> Option<String> {
        let is_done = |id: &String| self.tasks.get(id).is_none_or(|task| task.state == State::Done);
        let mut waiting = self.tasks.iter().filter(|(_, task)| task.state == State::Waiting);
        waiting.find(|(_, task)| task.needs.iter().all(is_done)).map(|(id, _)| id.clone())
    }

    /// Begins with a resource. What stays as it is is done.
    pub(super) fn begin(
        &mut self,
        account: &mut Account,
        stack: &mut Stack,
        exports: &Exports,
        id: &str,
    ) -> Result<(), String> {
        let scope = scope(stack, &exports.values);
        let resource = stack.settings.template.resource(id).cloned().map(Json::Object).unwrap_or_default();
        let kind = text_of(&resource, "Type").to_owned();
        let properties = scope.evaluate(resource.get("Properties").unwrap_or(&Json::Null))?;
        let tags = stack.settings.tags.clone();
        let record = stack.records.get(id).filter(|record| !record.physical_id.is_empty() && record.is_held());
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
        let replaces = account.replacing.contains(id) || paths.iter().any(|path| recreation(&kind, path) != "Never");
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
    pub(super) fn make(&mut self, account: &mut Account, stack: &mut Stack, id: &str, doing: Doing) {
        let status = if doing == Doing::Create { "CREATE_IN_PROGRESS" } else { "UPDATE_IN_PROGRESS" };
        let task = &mut self.tasks[id];
        (task.state, task.doing) = (State::Started, doing);
        if doing == Doing::Create {
            report(account, stack, id, status, None);
        }
        if let Some(reason) = refused_by_hook(account, stack, id) {
            self.tasks[id].error = Some(reason);
            return;
        }
        let task = &mut self.tasks[id];
        let failing = account.failing.get(&(id.to_owned(), Doing::Create)).cloned();
        if let Some(reason) = failing.or_else(|| account.failing_once.remove(id)) {
            task.error = Some(reason);
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
        let imported =
            (stack.settings.imports && doing == Doing::Create).then(|| resources::existing(account, &wanted)).flatten();
        match imported.map_or_else(|| resources::create(account, &wanted), Ok) {
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
    pub(super) fn replace(&mut self, account: &mut Account, stack: &mut Stack, id: &str, before: &Record) {
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

    pub(super) fn change(&mut self, account: &mut Account, stack: &mut Stack, id: &str) {
        report(account, stack, id, "UPDATE_IN_PROGRESS", None);
        let task = &mut self.tasks[id];
        (task.state, task.doing) = (State::Started, Doing::Update);
        if let Some(reason) = refused_by_hook(account, stack, id) {
            self.tasks[id].error = Some(reason);
            return;
        }
        let task = &mut self.tasks[id];
        let Some(record) = stack.records.get(id) else { return };
        let place = (record.resource_type.as_str(), stack.region.as_str(), record.physical_id.as_str());
        task.error = match account.failing.get(&(id.to_owned(), Doing::Update)) {
            Some(reason) => Some(reason.clone()),
            None => resources::update(account, place, &record.properties, &record.tags).err(),
        };
    }

    /// What has begun when something else fails is broken off.
    pub(super) fn cancel_started(&mut self, account: &mut Account, stack: &mut Stack) {
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

    /// When all resources are made and changed.
    pub(super) fn complete(mut self, account: &mut Account, stack: &mut Stack, exports: &Exports) -> Option<Self> {
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
        let gone = stack.records.iter().filter(|(id, record)| !wanted(id) && record.is_held());
        let gone: Vec<_> = gone.map(|(id, _)| id.clone()).collect();
        self.removals = self.removals_of(stack, &gone, false);
        self.removals.append(&mut self.replaced);
        self.phase = Phase::CleanUp;
        stack.settle_change_set("EXECUTE_COMPLETE");
        stack.become_(account, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None);
        Some(self)
    }
}

/// Why a hook fails a resource, with an event that says so.
/// <https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/hooks-view-invocations.html>
fn refused_by_hook(account: &mut Account, stack: &mut Stack, id: &str) -> Option<String> {
    let hook = account.hooks.get(id).cloned()?;
    let record = stack.records.get(id)?;
    let reason = format!("The following hook(s) failed: [{}]", hook.0);
    let entry = Entry {
        logical_id: id.to_owned(),
        physical_id: record.physical_id.clone(),
        resource_type: record.resource_type.clone(),
        status: if record.physical_id.is_empty() { "CREATE_IN_PROGRESS" } else { "UPDATE_IN_PROGRESS" },
        hook: Some(hook),
        ..Entry::default()
    };
    stack.emit(account, entry);
    Some(reason)
}

pub(crate) fn outputs(scope: &Scope<'_>) -> Result<Vec<Output>, String> {
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
pub(crate) fn imports(scope: &Scope<'_>) -> BTreeSet<String> {
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
