//! References: each leads to something that the stack has.

use serde_json::{Map, Value as Json};

use super::Check;
use super::path::Path;
use crate::nearest::did_you_mean;
use crate::schema;
use crate::stack::Stack;
use crate::template::Template;
use assembly::Finding;

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>
const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// What can be referred to.
pub(super) struct Scope<'a> {
    pub(super) stack: &'a Stack,
    pub(super) template: &'a Template,
    parameters: Option<&'a Map<String, Json>>,
}

/// What was referred to.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// From resource to resource, by their place in the stack.
    pub(super) edges: Vec<(usize, usize)>,
    /// Parameters, by their place in the stack.
    pub(super) parameters: Vec<usize>,
}

impl Uses {
    pub(super) fn extend(&mut self, other: Self) {
        self.edges.extend(other.edges);
        self.parameters.extend(other.parameters);
    }
}

/// One reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference<'a> {
    /// A resource or parameter.
    To(&'a str),
    /// An attribute of a resource.
    Attribute(&'a str, &'a str),
    /// A condition.
    Condition(&'a str),
}

impl<'a> Scope<'a> {
    pub(super) fn new(stack: &'a Stack, template: &'a Template) -> Self {
        Self { stack, template, parameters: template.entries("Parameters") }
    }

    /// Notes what `reference` leads to. When that is nothing: why, and advice.
    fn resolve(&self, from: Option<usize>, reference: Reference<'_>, uses: &mut Uses) -> Option<Problem> {
        let id = match reference {
            Reference::Condition(id) => {
                let known = self.stack.conditions.contains_key(id);
                let ids = || self.stack.conditions.keys().map(|id| id.as_str());
                return (!known).then(|| Problem::unknown("the condition ", id, did_you_mean(id, ids())));
            }
            Reference::To(id) | Reference::Attribute(id, _) => id,
        };
        if let Some((to, _, declared)) = self.stack.resources.get_full(id) {
            uses.edges.extend(from.map(|from| (from, to)));
            let Reference::Attribute(_, attribute) = reference else { return None };
            return Problem::attribute(declared.resource_type(), id, attribute);
        }
        if reference == Reference::To(id) && self.is_parameter(id, uses) {
            return None;
        }
        let parameters = self.parameters.into_iter().flatten().map(|(id, _)| id.as_str());
        let ids = self.stack.resources.keys().map(|id| id.as_str()).chain(parameters);
        Some(Problem::unknown("", id, did_you_mean(id, ids)))
    }

    fn is_parameter(&self, id: &str, uses: &mut Uses) -> bool {
        if let Some(parameter) = self.stack.parameters.get_index_of(id) {
            uses.parameters.push(parameter);
            return true;
        }
        PSEUDO_PARAMETERS.contains(&id) || self.parameters.is_some_and(|parameters| parameters.contains_key(id))
    }
}

struct Problem {
    rule: &'static str,
    what: String,
    help: Option<String>,
}

impl Problem {
    fn unknown(kind: &str, id: &str, help: Option<String>) -> Self {
        Self { rule: "unknown-reference", what: format!("refers to {kind}`{id}`, which the stack does not have"), help }
    }

    fn attribute(resource_type: &str, id: &str, attribute: &str) -> Option<Self> {
        // A custom resource answers with whatever attributes it likes, a nested stack with its outputs.
        let schema = schema::of(resource_type).filter(|schema| !schema.root.open)?;
        if schema.attributes().any(|known| known == attribute) || attribute.starts_with("Outputs.") {
            return None;
        }
        let what = format!("asks for the attribute `{attribute}` of `{id}`, which {resource_type} does not have");
        let help = did_you_mean(attribute, schema.attributes()).or_else(|| {
            let attributes: Vec<_> = schema.attributes().map(|name| format!("`{name}`")).collect();
            (!attributes.is_empty()).then(|| format!("it has {}", attributes.join(", ")))
        });
        Some(Self { rule: "unknown-attribute", what, help })
    }
}

/// The references of a resource.
pub(super) fn resource(scope: &Scope<'_>, uses: &mut Uses, check: &mut Check<'_>, rendered: &Json) {
    let from = scope.stack.resources.get_index_of(check.id().as_str());
    visit_resource(rendered, &mut |path, reference| {
        if let Some(problem) = scope.resolve(from, reference, uses) {
            check.error(problem.rule, format!("`{path}` {}", problem.what)).maybe_help(problem.help);
        }
    });
}

/// The references of the conditions.
pub(super) fn conditions(scope: &Scope<'_>, uses: &mut Uses, findings: &mut Vec<Finding>) {
    for (name, condition) in scope.template.section("Conditions") {
        visit(&Path::Root, condition, &mut |_, reference| {
            if let Some(problem) = scope.resolve(None, reference, uses) {
                let message = format!("condition `{name}` {}", problem.what);
                findings.push(Finding { help: problem.help, ..Finding::error(problem.rule, message) });
            }
        });
    }
}

/// The references of the outputs.
pub(super) fn outputs(scope: &Scope<'_>, uses: &mut Uses, findings: &mut Vec<Finding>) {
    for (output, (name, rendered)) in scope.stack.outputs.values().zip(scope.template.section("Outputs")) {
        visit(&Path::Root, rendered, &mut |_, reference| {
            if let Some(problem) = scope.resolve(None, reference, uses) {
                let message = format!("output `{name}` {}", problem.what);
                findings
                    .push(Finding { help: problem.help, ..Finding::error(problem.rule, message).at(output.source) });
            }
        });
    }
}

/// The logical ids of the resources and parameters that a property refers to, in the order of the text.
pub(crate) fn ids_in(json: &Json) -> Vec<&str> {
    let mut ids = Vec::new();
    visit(&Path::Root, json, &mut |_, reference| match reference {
        Reference::To(id) | Reference::Attribute(id, _) => ids.push(id),
        Reference::Condition(_) => {}
    });
    ids
}

/// Calls `found` for each reference of a rendered resource, with its place.
pub(super) fn visit_resource<'a>(resource: &'a Json, found: &mut impl FnMut(&Path<'_>, Reference<'a>)) {
    for (name, value) in resource.as_object().into_iter().flatten() {
        let path = Path::Root.property(name);
        match (name.as_str(), value) {
            ("Properties", value) => visit(&Path::Root, value, found),
            ("Condition", Json::String(id)) => found(&path, Reference::Condition(id)),
            ("DependsOn", Json::String(id)) => found(&path, Reference::To(id)),
            ("DependsOn", Json::Array(ids)) => {
                ids.iter().filter_map(Json::as_str).for_each(|id| found(&path, Reference::To(id)));
            }
            ("Type" | "DeletionPolicy" | "UpdateReplacePolicy", _) => {}
            (_, value) => visit(&path, value, found),
        }
    }
}

fn visit<'a>(path: &Path<'_>, json: &'a Json, found: &mut impl FnMut(&Path<'_>, Reference<'a>)) {
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(&path.item(index), item, found);
            }
        }
        Json::Object(entries) if entries.len() == 1 => {
            for (name, argument) in entries {
                function(path, name, argument, found);
            }
        }
        Json::Object(entries) => {
            for (name, value) in entries {
                visit(&path.property(name), value, found);
            }
        }
        _ => {}
    }
}

/// Of an object with one entry, which may be an intrinsic function.
fn function<'a>(path: &Path<'_>, name: &'a str, argument: &'a Json, found: &mut impl FnMut(&Path<'_>, Reference<'a>)) {
    match (name, argument) {
        ("Ref", Json::String(id)) => found(path, Reference::To(id)),
        ("Condition", Json::String(id)) => found(path, Reference::Condition(id)),
        ("Fn::GetAtt", Json::String(pair)) => {
            let (id, attribute) = pair.split_once('.').unwrap_or((pair, ""));
            found(path, Reference::Attribute(id, attribute));
        }
        ("Fn::GetAtt", Json::Array(pair)) => match &pair[..] {
            [Json::String(id), Json::String(attribute)] => found(path, Reference::Attribute(id, attribute)),
            [Json::String(id), attribute] => {
                found(path, Reference::To(id));
                visit(path, attribute, found);
            }
            _ => {}
        },
        ("Fn::Sub", Json::String(text)) => placeholders(path, text, &Map::new(), found),
        ("Fn::Sub", Json::Array(arguments)) => {
            let own = arguments.get(1).and_then(Json::as_object);
            if let Some(text) = arguments.first().and_then(Json::as_str) {
                placeholders(path, text, own.unwrap_or(&Map::new()), found);
            }
            own.into_iter().flatten().for_each(|(_, value)| visit(path, value, found));
        }
        ("Fn::If", Json::Array(arguments)) => {
            if let Some(id) = arguments.first().and_then(Json::as_str) {
                found(path, Reference::Condition(id));
            }
            arguments.iter().skip(1).for_each(|branch| visit(path, branch, found));
        }
        (name, argument) if name.starts_with("Fn::") => visit(path, argument, found),
        (name, argument) => visit(&path.property(name), argument, found),
    }
}

/// `${Id}` and `${Id.Attribute}`, but neither `${!Literal}` nor the function's own variables.
fn placeholders<'a>(
    path: &Path<'_>,
    text: &'a str,
    own: &Map<String, Json>,
    found: &mut impl FnMut(&Path<'_>, Reference<'a>),
) {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.trim());
    for name in names.filter(|name| !name.starts_with('!') && !own.contains_key(*name)) {
        match name.split_once('.') {
            Some((id, attribute)) => found(path, Reference::Attribute(id, attribute)),
            None => found(path, Reference::To(name)),
        }
    }
}
