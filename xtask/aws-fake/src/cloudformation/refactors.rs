//! Stack refactors: resources get other logical ids and go to other stacks, and nothing else changes.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html>
//!
//! Stacks that a refactor makes are not modelled. The wordings of refusals are not documented.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use infra::Template;
use serde_json::Value as Json;

use super::exports::Exports;
use super::operations::{imports, outputs};
use super::stacks::{self, Output, Record, Stack};
use super::templates::{Scope, dependencies, text_of};
use super::{Call, Outcome, invalid, page, template_text, templates};
use crate::http::{ACCOUNT, Refusal};
use crate::world::World;
use crate::xml::Xml;

/// How many stacks a refactor takes.
const MOST_STACKS: usize = 5;

/// A refactor.
#[derive(Debug)]
pub(crate) struct Refactor {
    id: String,
    description: Option<String>,
    parts: Vec<Part>,
    /// Where resources go: from which part and logical id to which.
    ways: BTreeMap<(usize, String), (usize, String)>,
    status: &'static str,
    execution: &'static str,
    /// Why it cannot be made, once it is looked at.
    refusal: Option<String>,
}

/// A stack of a refactor.
#[derive(Debug)]
struct Part {
    stack_id: String,
    text: String,
    template: Template,
}

/// What a stack of a refactor has afterwards.
#[derive(Default)]
struct Arranged {
    records: IndexMap<String, Record>,
    outputs: Vec<Output>,
    imports: BTreeSet<String>,
}

/// `CreateStackRefactor`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackRefactor.html>
pub(crate) fn create(world: &mut World, call: Call<'_>) -> Outcome {
    let form = call.form;
    let member = |number: usize, name: &str| form.get(&format!("StackDefinitions.member.{number}.{name}"));
    let mut parts = Vec::new();
    let mut names = Vec::new();
    for number in (1..).take_while(|number| member(*number, "StackName").is_some()) {
        let name = form.required(&format!("StackDefinitions.member.{number}.StackName"))?;
        let index = stacks::get(world, call, name)?;
        let (body, url) = (member(number, "TemplateBody"), member(number, "TemplateURL"));
        let text = template_text::given(&world.account, body, url)?;
        let template = templates::read(&text)?;
        parts.push(Part { stack_id: world.stacks[index].id.clone(), text, template });
        names.push(name);
    }
    if parts.is_empty() || parts.len() > MOST_STACKS {
        return Err(invalid(format!("A stack refactor takes 1 to {MOST_STACKS} stacks, got {}", parts.len())));
    }
    let place = |number: usize, end: &str| {
        let of = |name: &str| form.get(&format!("ResourceMappings.member.{number}.{end}.{name}"));
        let part = of("StackName").and_then(|name| names.iter().position(|known| *known == name))?;
        Some((part, of("LogicalResourceId")?.to_owned()))
    };
    let ways: BTreeMap<_, _> =
        (1..).map_while(|number| Some((place(number, "Source")?, place(number, "Destination")?))).collect();
    let refusal = refusal(world, &parts, &ways).err();
    let refactor = Refactor {
        id: world.account.uuid(),
        description: form.get("Description").map(str::to_owned),
        parts,
        ways,
        status: "CREATE_IN_PROGRESS",
        execution: "UNAVAILABLE",
        refusal,
    };
    let mut xml = Xml::default();
    xml.text("StackRefactorId", &refactor.id);
    world.refactors.push(refactor);
    Ok(xml)
}

fn stack_of<'a>(world: &'a World, part: &Part) -> Result<&'a Stack, String> {
    let found = world.stacks.iter().find(|stack| stack.id == part.stack_id);
    found.ok_or_else(|| format!("Stack {} does not exist", part.stack_id))
}

/// Why resources cannot go there: a refactor makes, changes and deletes no resource, and changes no parameter, condition or
/// mapping; a stack with a stack policy has none.
fn refusal(world: &World, parts: &[Part], ways: &BTreeMap<(usize, String), (usize, String)>) -> Result<(), String> {
    for part in parts {
        let stack = stack_of(world, part)?;
        if stack.status.ends_with("_IN_PROGRESS") {
            return Err(format!("Stack {} is in {} state", stack.name, stack.status));
        }
        if stack.policy.is_some() {
            return Err("Stack refactor does not support stacks with a stack policy attached".to_owned());
        }
        let sections = ["Parameters", "Conditions", "Mappings"];
        let same = |section: &&str| stack.settings.template.section(section).eq(part.template.section(section));
        if let Some(section) = sections.iter().find(|section| !same(section)) {
            return Err(format!("Stack refactor does not support changes of {section}"));
        }
    }
    arrange(world, parts, ways).map(|_| ())
}

/// What the stacks have once the resources are where they go.
fn arrange(
    world: &World,
    parts: &[Part],
    ways: &BTreeMap<(usize, String), (usize, String)>,
) -> Result<Vec<Arranged>, String> {
    let mut arranged: Vec<_> = parts.iter().map(|_| Arranged::default()).collect();
    for (number, part) in parts.iter().enumerate() {
        for (id, record) in stack_of(world, part)?.records.iter().filter(|(_, record)| record.is_held()) {
            let from = (number, id.clone());
            let (to, id) = ways.get(&from).cloned().unwrap_or(from);
            arranged[to].records.insert(id, record.clone());
        }
    }
    let is_there =
        |(part, id): &(usize, String)| stack_of(world, &parts[*part]).is_ok_and(|stack| stack.records.contains_key(id));
    for (part, arranged) in parts.iter().zip(&arranged) {
        let described: BTreeSet<_> = part.template.section("Resources").map(|(id, _)| id).collect();
        let existing: BTreeSet<_> = arranged.records.keys().map(String::as_str).collect();
        if described != existing || !ways.keys().all(is_there) {
            return Err("Stack refactor does not support the creation or deletion of resources".to_owned());
        }
    }
    let region = &stack_of(world, &parts[0])?.region;
    let mut exports = Exports::of(&world.stacks, region).values;
    // What one exports may be made of what another does.
    for _ in 0..=parts.len() {
        for (part, arranged) in parts.iter().zip(&mut arranged) {
            let stack = stack_of(world, part)?;
            let scope = scope(stack, part, &arranged.records, &exports);
            let (found, read) = (outputs(&scope), imports(&scope));
            arranged.outputs = found.unwrap_or_default();
            arranged.imports = read;
            let named = arranged.outputs.iter().filter_map(|it| Some((it.export.clone()?, it.value.clone())));
            exports.extend(named.collect::<Vec<_>>());
        }
    }
    for (part, arranged) in parts.iter().zip(&mut arranged) {
        let stack = stack_of(world, part)?;
        let mut needs = BTreeMap::new();
        let scope = scope(stack, part, &arranged.records, &exports);
        outputs(&scope)?;
        for (id, resource) in part.template.section("Resources") {
            let record = &arranged.records[id];
            let properties = scope.evaluate(resource.get("Properties").unwrap_or(&Json::Null))?;
            let is_same = record.resource_type == text_of(resource, "Type")
                && record.deletion_policy == text_of(resource, "DeletionPolicy")
                && record.properties == properties;
            if !is_same {
                let stack = &stack.name;
                return Err(format!(
                    "Resource {id} in stack {stack} does not match the destination resource's properties"
                ));
            }
            needs.insert(id.to_owned(), dependencies(resource));
        }
        for (id, needs) in needs {
            arranged.records[&id].dependencies = needs;
        }
    }
    Ok(arranged)
}

fn scope<'a>(
    stack: &'a Stack,
    part: &'a Part,
    records: &'a IndexMap<String, Record>,
    exports: &'a BTreeMap<String, String>,
) -> Scope<'a> {
    Scope {
        template: &part.template,
        parameters: &stack.settings.parameters,
        stack_name: &stack.name,
        stack_id: &stack.id,
        region: &stack.region,
        records,
        exports,
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
        .texts("StackIds", refactor.parts.iter().map(|part| &part.stack_id))
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
    if refactor.execution != "AVAILABLE" {
        return Err(invalid(format!("Stack refactor {} is not in AVAILABLE state", refactor.id)));
    }
    let is_free = |part: &Part| {
        let mut stacks = stacks.iter();
        stacks.any(|stack| stack.id == part.stack_id && !stack.status.ends_with("_IN_PROGRESS"))
    };
    if !refactor.parts.iter().all(is_free) {
        return Err(invalid(format!("The stacks of {} cannot be changed now", refactor.id)));
    }
    refactor.execution = "EXECUTE_IN_PROGRESS";
    let is_part = |stack: &&mut Stack| refactor.parts.iter().any(|part| part.stack_id == stack.id);
    for stack in stacks.iter_mut().filter(is_part) {
        stack.stamp = super::events::Stamp::default();
        stack.become_(account, "UPDATE_IN_PROGRESS", Some("Stack refactor initiated".to_owned()));
    }
    Ok(Xml::default())
}

/// Lets the refactors of a stack go on.
pub(crate) fn advance_of(world: &mut World, stack_id: &str) {
    let is_of = |refactor: &Refactor| refactor.parts.iter().any(|part| part.stack_id == stack_id);
    let is_running = |refactor: &Refactor| refactor.execution == "EXECUTE_IN_PROGRESS" && is_of(refactor);
    let places: Vec<_> = (0..world.refactors.len()).filter(|at| is_running(&world.refactors[*at])).collect();
    for place in places {
        advance(world, place);
    }
}

fn advance(world: &mut World, place: usize) {
    let refactor = &mut world.refactors[place];
    if refactor.status == "CREATE_IN_PROGRESS" {
        (refactor.status, refactor.execution) = match refactor.refusal {
            Some(_) => ("CREATE_FAILED", "UNAVAILABLE"),
            None => ("CREATE_COMPLETE", "AVAILABLE"),
        };
        return;
    }
    let refactor = &world.refactors[place];
    if refactor.execution != "EXECUTE_IN_PROGRESS" {
        return;
    }
    let Ok(arranged) = arrange(world, &refactor.parts, &refactor.ways) else { return };
    let World { account, stacks, refactors, .. } = world;
    let refactor = &mut refactors[place];
    refactor.execution = "EXECUTE_COMPLETE";
    for (part, Arranged { records, outputs, imports }) in refactor.parts.iter().zip(arranged) {
        let Some(stack) = stacks.iter_mut().find(|stack| stack.id == part.stack_id) else { continue };
        for (id, record) in &records {
            let is_it = |live: &&mut crate::account::Live| {
                live.id == record.physical_id
                    && live.resource_type == record.resource_type
                    && live.region == stack.region
            };
            for live in account.live.iter_mut().filter(is_it) {
                live.stack.clone_from(&stack.id);
                live.logical_id.clone_from(id);
            }
        }
        (stack.records, stack.outputs, stack.imports) = (records, outputs, imports);
        stack.settings.text.clone_from(&part.text);
        stack.settings.template = part.template.clone();
        stack.updated = Some(account.now());
        stack.become_(account, "UPDATE_COMPLETE", Some(format!("Stack refactor of account {ACCOUNT} completed")));
    }
}
