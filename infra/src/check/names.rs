//! Names: logical ids, names given twice, and physical names that two resources would fight over.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::facts;
use crate::reference::LogicalId;
use crate::stack::{Declared, ForeignOutput, Former, Moved, Source, Stack};
use crate::template;
use assembly::Finding;

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html>
const LONGEST_LOGICAL_ID: usize = 255;

pub(super) fn check(stack: &Stack, findings: &mut Vec<Finding>) {
    for again in &stack.redeclared {
        let message = format!("`{}` is declared twice, first at {}", again.name, again.first);
        findings.push(Finding::error("declared-twice", message).at(again.again).help("rename one of them"));
    }
    logical_ids(stack, findings);
    moved(stack, findings);
    foreign_outputs(stack, findings);
    exports(stack, findings);
}

fn logical_ids(stack: &Stack, findings: &mut Vec<Finding>) {
    let parameters = stack.parameters().map(|(id, declared)| (id.as_str(), Some(declared.source)));
    let conditions = stack.conditions.keys().map(|id| (id.as_str(), None));
    let resources = stack.resources().map(|declared| (declared.id.as_str(), Some(declared.source)));
    let outputs = stack.outputs.iter().map(|(name, output)| (name.as_str(), Some(output.source)));
    for (id, source) in parameters.chain(conditions).chain(resources).chain(outputs) {
        let is_legal =
            (1..=LONGEST_LOGICAL_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_legal {
            let message = format!("the logical id `{id}` is not made of 1 to {LONGEST_LOGICAL_ID} letters and digits");
            let legal: String = id.chars().filter(char::is_ascii_alphanumeric).take(LONGEST_LOGICAL_ID).collect();
            let finding = Finding { location: source.map(Into::into), ..Finding::error("logical-id", message) };
            findings.push(if legal.is_empty() { finding } else { finding.help(format!("name it `{legal}`")) });
        }
    }
    for (id, declared) in stack.parameters() {
        let other = stack.declared(id).map(|resource| (resource.source, "a resource"));
        if let Some((source, what)) = other {
            findings.push(taken(id, source, what, declared.source));
        }
    }
    for id in code_parameters(stack) {
        let parameter = stack.parameters.get(id.as_str()).map(|declared| (declared.source, "a parameter"));
        let resource = || stack.resources.get(id.as_str()).map(|declared| (declared.source, "a resource"));
        if let Some((source, what)) = parameter.or_else(resource) {
            let message = format!("`{id}`, the name of {what}, is a parameter for the functions' code already");
            findings.push(Finding::error("declared-twice", message).at(source).help("rename it"));
        }
    }
}

fn moved(stack: &Stack, findings: &mut Vec<Finding>) {
    let mut targets: BTreeMap<&str, Former> = BTreeMap::new();
    let mut sources: BTreeMap<Former, &str> = BTreeMap::new();
    for Moved { from, to, source } in &stack.moved {
        let (from, to) = (*from, to.as_str());
        let wrong = if stack.declared(LogicalId::new(to.to_owned())).is_none() {
            Some((
                format!("`{from}` is moved to `{to}`, which the stack does not declare"),
                "name the id that it has now",
            ))
        } else if from.stack.is_none() && stack.declared(from.id).is_some() {
            let message = format!("`{to}` is moved from `{from}`, which the stack still declares");
            Some((message, "name the id that it had before"))
        } else if let Some(other) = sources.insert(from, to).filter(|other| *other != to) {
            Some((format!("`{from}` is moved to `{other}` and to `{to}`"), "a resource moves to one id"))
        } else if let Some(other) = targets.insert(to, from).filter(|other| *other != from) {
            let message = format!("`{to}` is moved from `{other}` and from `{from}`");
            Some((message, "name the id that it was deployed with last"))
        } else {
            None
        };
        findings.extend(wrong.map(|(message, help)| Finding::error("moved", message).at(*source).help(help)));
    }
}

fn foreign_outputs(stack: &Stack, findings: &mut Vec<Finding>) {
    for ForeignOutput { stack: owner, name, source } in &stack.foreign_outputs {
        let message = format!("`{}` declares the output `{name}`, which is one of `{owner}`", stack.name());
        let help = format!("declare it in `{owner}`, or name `{}` in the output", stack.name());
        findings.push(Finding::error("foreign-output", message).at(*source).help(help));
    }
}

fn taken(id: LogicalId, source: Source, what: &str, first: Source) -> Finding {
    let message = format!("`{id}`, the name of {what}, is a parameter already, declared at {first}");
    Finding::error("declared-twice", message).at(source).help("rename one of them")
}

/// What the renderer adds for the functions of the stack.
fn code_parameters(stack: &Stack) -> Vec<String> {
    let programs: Vec<_> = stack.programs().map(template::code_parameter).collect();
    let bucket = (!programs.is_empty()).then(|| template::ARTIFACTS_BUCKET.to_owned());
    bucket.into_iter().chain(programs).collect()
}

fn exports(stack: &Stack, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, output) in &stack.outputs {
        let Some(export) = &output.export else { continue };
        if let Some(other) = first.insert(export, name) {
            let message = format!("the outputs `{other}` and `{name}` are both exported as `{export}`");
            findings.push(Finding::error("duplicate-export", message).at(output.source).help("rename one of them"));
        }
    }
}

/// Two resources of one type with one name. Under conditions they may be alternatives.
pub(super) fn physical(resources: &[(&Declared, &Json)], findings: &mut Vec<Finding>) {
    let mut properties: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    let mut first: IndexMap<(&str, &str), &Declared> = IndexMap::new();
    for (declared, rendered) in resources.iter().filter(|(declared, _)| declared.attributes.condition.is_none()) {
        let resource_type = declared.resource_type();
        let property = properties.entry(resource_type).or_insert_with(|| facts::unique_name_property(resource_type));
        let name = property.and_then(|property| rendered.get("Properties")?.get(property)?.as_str());
        if let Some(name) = name
            && let Some(other) = first.insert((resource_type, name), declared)
        {
            let message = format!("`{}`: `{}` has the name `{name}` already", declared.id, other.id);
            findings.push(
                Finding::error("duplicate-name", message).at(declared.source).help("give each a name of its own"),
            );
        }
    }
}
