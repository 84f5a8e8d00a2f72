//! Stack refactors: resources get other logical ids, and nothing else changes.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html>
//!
//! Of one stack at a time: what moves between stacks is not modelled. The wordings of refusals are not documented.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::stacks;
use super::{Call, Outcome, change_sets, invalid, page, templates};
use crate::http::{ACCOUNT, Refusal};
use crate::world::World;
use crate::xml::Xml;

/// A refactor.
#[derive(Debug)]
pub(crate) struct Refactor {
    id: String,
    description: Option<String>,
    stack_id: String,
    text: String,
    /// The new logical ids by the old ones.
    ids: BTreeMap<String, String>,
    status: &'static str,
    execution: &'static str,
    /// Why it cannot be made, once it is looked at.
    refusal: Option<String>,
}

/// `CreateStackRefactor`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackRefactor.html>
pub(crate) fn create(world: &mut World, call: Call<'_>) -> Outcome {
    let form = call.form;
    let name = form.required("StackDefinitions.member.1.StackName")?;
    let index = stacks::get(world, call, name)?;
    let body = form.get("StackDefinitions.member.1.TemplateBody");
    let text = change_sets::template_text(&world.account, body, form.get("StackDefinitions.member.1.TemplateURL"))?;
    let id_of = |number: usize, end: &str| {
        form.get(&format!("ResourceMappings.member.{number}.{end}.LogicalResourceId")).map(str::to_owned)
    };
    let ids: BTreeMap<_, _> =
        (1..).map_while(|number| Some((id_of(number, "Source")?, id_of(number, "Destination")?))).collect();
    let refusal = refusal(world, index, &text, &ids)?;
    let refactor = Refactor {
        id: world.account.uuid(),
        description: form.get("Description").map(str::to_owned),
        stack_id: world.stacks[index].id.clone(),
        text,
        ids,
        status: "CREATE_IN_PROGRESS",
        execution: "UNAVAILABLE",
        refusal,
    };
    let mut xml = Xml::default();
    xml.text("StackRefactorId", &refactor.id);
    world.refactors.push(refactor);
    Ok(xml)
}

/// Why these ids cannot be given: a refactor makes, changes and deletes no resource, and changes no parameter, condition
/// or mapping; a stack with a stack policy has none.
fn refusal(world: &World, index: usize, text: &str, ids: &BTreeMap<String, String>) -> Result<Option<String>, Refusal> {
    let stack = &world.stacks[index];
    let (old, new) = (&stack.settings.template, templates::read(text)?);
    if stack.status.ends_with("_IN_PROGRESS") {
        return Ok(Some(format!("Stack {} is in {} state", stack.name, stack.status)));
    }
    if stack.policy.is_some() {
        return Ok(Some("Stack refactor does not support stacks with a stack policy attached".to_owned()));
    }
    let sections = ["Parameters", "Conditions", "Mappings"];
    if let Some(section) = sections.into_iter().find(|it| !old.section(it).eq(new.section(it))) {
        return Ok(Some(format!("Stack refactor does not support changes of {section}")));
    }
    let sources: BTreeSet<_> = old.section("Resources").map(|(id, _)| ids.get(id).map_or(id, String::as_str)).collect();
    let targets: BTreeSet<_> = new.section("Resources").map(|(id, _)| id).collect();
    if sources != targets || !ids.keys().all(|id| old.resource(id).is_some()) {
        return Ok(Some("Stack refactor does not support the creation or deletion of resources".to_owned()));
    }
    let ids: BTreeMap<_, _> = ids.iter().map(|(from, to)| (to.as_str(), from.as_str())).collect();
    let shape = |json: &Json| without_ids(json, &ids);
    let old_shapes: BTreeMap<_, _> = old.section("Resources").map(|(id, it)| (id, shape(it))).collect();
    let changed = new.section("Resources").find(|(id, resource)| {
        let from = ids.get(id).copied().unwrap_or(id);
        old_shapes.get(from) != Some(&shape(resource))
    });
    Ok(changed.map(|(id, _)| format!("Stack refactor does not support modifications of resources: [{id}]")))
}

/// A value with the old logical ids wherever a text names a new one.
fn without_ids(json: &Json, ids: &BTreeMap<&str, &str>) -> Json {
    match json {
        Json::String(text) => {
            let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()).map(|word| {
                let id = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
                ids.get(id).map_or_else(|| word.to_owned(), |old| format!("{old}{}", &word[id.len()..]))
            });
            words.collect::<String>().into()
        }
        Json::Array(items) => items.iter().map(|item| without_ids(item, ids)).collect(),
        Json::Object(members) => members.iter().map(|(name, it)| (name.clone(), without_ids(it, ids))).collect(),
        scalar => scalar.clone(),
    }
}

fn find(world: &World, call: Call<'_>) -> Result<usize, Refusal> {
    let id = call.form.required("StackRefactorId")?;
    let found = world.refactors.iter().position(|refactor| refactor.id == id);
    found.ok_or_else(|| {
        Refusal::new(404, "StackRefactorNotFoundException", format!("Stack refactor {id} does not exist"))
    })
}

/// `DescribeStackRefactor`: each look is a step.
pub(crate) fn describe(world: &mut World, call: Call<'_>) -> Outcome {
    let place = find(world, call)?;
    advance(world, place);
    let refactor = &world.refactors[place];
    let mut xml = Xml::default();
    xml.text("StackRefactorId", &refactor.id)
        .optional("Description", refactor.description.as_ref())
        .texts("StackIds", [&refactor.stack_id])
        .text("Status", refactor.status)
        .optional("StatusReason", refactor.refusal.as_ref().filter(|_| refactor.status == "CREATE_FAILED"))
        .text("ExecutionStatus", refactor.execution);
    Ok(xml)
}

/// `ListStackRefactors`.
pub(crate) fn list(world: &World, call: Call<'_>) -> Xml {
    let statuses = call.form.texts("ExecutionStatusFilter");
    let chosen = |refactor: &&Refactor| statuses.is_empty() || statuses.iter().any(|it| it == refactor.execution);
    let (refactors, next) = page(world.refactors.iter().filter(chosen).collect(), call, world.account.page);
    let mut xml = Xml::default();
    xml.members("StackRefactorSummaries", refactors, |xml, refactor: &Refactor| {
        xml.text("StackRefactorId", &refactor.id)
            .optional("Description", refactor.description.as_ref())
            .text("Status", refactor.status)
            .text("ExecutionStatus", refactor.execution);
    });
    xml.optional("NextToken", next);
    xml
}

/// `ExecuteStackRefactor`.
pub(crate) fn execute(world: &mut World, call: Call<'_>) -> Outcome {
    let place = find(world, call)?;
    let World { account, stacks, refactors, .. } = world;
    let refactor = &mut refactors[place];
    let stack = stacks.iter_mut().find(|stack| stack.id == refactor.stack_id);
    if refactor.execution != "AVAILABLE" {
        return Err(invalid(format!("Stack refactor {} is not in AVAILABLE state", refactor.id)));
    }
    let Some(stack) = stack.filter(|stack| !stack.status.ends_with("_IN_PROGRESS")) else {
        return Err(invalid(format!("The stack of {} cannot be changed now", refactor.id)));
    };
    refactor.execution = "EXECUTE_IN_PROGRESS";
    stack.stamp = super::events::Stamp::default();
    stack.become_(account, "UPDATE_IN_PROGRESS", Some("Stack refactor initiated".to_owned()));
    Ok(Xml::default())
}

/// Lets the refactors of a stack go on.
pub(crate) fn advance_of(world: &mut World, stack_id: &str) {
    let places: Vec<_> = (0..world.refactors.len()).filter(|at| world.refactors[*at].stack_id == stack_id).collect();
    for place in
        places.into_iter().filter(|at| world.refactors[*at].execution == "EXECUTE_IN_PROGRESS").collect::<Vec<_>>()
    {
        advance(world, place);
    }
}

fn advance(world: &mut World, place: usize) {
    let World { account, stacks, refactors, .. } = world;
    let refactor = &mut refactors[place];
    if refactor.status == "CREATE_IN_PROGRESS" {
        (refactor.status, refactor.execution) = match refactor.refusal {
            Some(_) => ("CREATE_FAILED", "UNAVAILABLE"),
            None => ("CREATE_COMPLETE", "AVAILABLE"),
        };
        return;
    }
    let stack = stacks.iter_mut().find(|stack| stack.id == refactor.stack_id);
    let (Some(stack), "EXECUTE_IN_PROGRESS") = (stack, refactor.execution) else { return };
    let Ok(template) = templates::read(&refactor.text) else { return };
    refactor.execution = "EXECUTE_COMPLETE";
    let new = |id: String| refactor.ids.get(&id).cloned().unwrap_or(id);
    stack.records = std::mem::take(&mut stack.records).into_iter().map(|(id, record)| (new(id), record)).collect();
    for record in stack.records.values_mut() {
        record.dependencies = std::mem::take(&mut record.dependencies).into_iter().map(new).collect();
    }
    stack.settings.text.clone_from(&refactor.text);
    stack.settings.template = template;
    stack.updated = Some(account.now());
    stack.become_(account, "UPDATE_COMPLETE", Some(format!("Stack refactor of account {ACCOUNT} completed")));
}
