//! References: each leads to something that the stack has.

use serde_json::{Map, Value as Json};

use super::Check;
use crate::expression::{Path, Reference, visit, visit_condition, visit_resource};
use crate::marks::{Foreign, Kind};
use crate::nearest::did_you_mean;
use crate::schema;
use crate::stack::Stack;
use crate::template::{self, Template};
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

impl<'a> Scope<'a> {
    pub(super) fn new(stack: &'a Stack, template: &'a Template) -> Self {
        Self { stack, template, parameters: template.entries("Parameters") }
    }

    /// Notes what `reference` leads to, unless it is one of the `foreign` ids. When that is nothing: why, and advice.
    fn resolve(
        &self,
        from: Option<usize>,
        reference: &Reference<'_>,
        foreign: &[Foreign],
        uses: &mut Uses,
    ) -> Option<Problem> {
        // What is said of an id of another stack is said already.
        if foreign.iter().any(|it| it.id == reference.name()) {
            self.is_parameter(reference.name(), uses);
            return None;
        }
        let id = match *reference {
            Reference::Condition(id) => {
                let known = self.stack.conditions.contains_key(id);
                let ids = || self.stack.conditions.keys().map(|id| id.as_str());
                return (!known).then(|| Problem::unknown("the condition ", id, did_you_mean(id, ids())));
            }
            Reference::Mapping(id) => {
                let known = self.template.entries("Mappings");
                let ids = || known.into_iter().flatten().map(|(id, _)| id.as_str());
                let is_known = known.is_some_and(|mappings| mappings.contains_key(id));
                return (!is_known).then(|| Problem::unknown("the mapping ", id, did_you_mean(id, ids())));
            }
            Reference::To(id) | Reference::Attribute(id, _) => id,
        };
        if let Some((to, _, declared)) = self.stack.resources.get_full(id) {
            uses.edges.extend(from.map(|from| (from, to)));
            let Reference::Attribute(_, attribute) = reference else { return None };
            return Problem::attribute(declared.resource_type(), id, attribute);
        }
        if *reference == Reference::To(id) && self.is_parameter(id, uses) {
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
    /// The finding that `what` has it.
    fn of(self, what: &str) -> Finding {
        Finding { help: self.help, ..Finding::error(self.rule, format!("{what} {}", self.what)) }
    }

    fn unknown(kind: &str, id: &str, help: Option<String>) -> Self {
        Self { rule: "unknown-reference", what: format!("refers to {kind}`{id}`, which the stack does not have"), help }
    }

    fn foreign(Foreign { id, kind, stack, .. }: &Foreign) -> Self {
        let kind_name = kind.name();
        let help = match kind {
            Kind::Resource => "make it an output there with `provide`, and read that here with `output_of`".to_owned(),
            Kind::Parameter | Kind::Condition => format!("declare the {kind_name} in this stack, too"),
        };
        let what = format!("refers to the {kind_name} `{id}` of another stack, `{stack}`");
        Self { rule: "foreign-reference", what, help: Some(help) }
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
    let foreign = check.foreign;
    for it in foreign {
        self::foreign(check, it);
    }
    visit_resource(rendered, &mut |path, reference| {
        if let Some(problem) = scope.resolve(from, &reference, foreign, uses) {
            check.error(problem.rule, format!("`{path}` {}", problem.what)).maybe_help(problem.help);
        }
    });
}

/// Reports an id of another stack.
pub(super) fn foreign(check: &mut Check<'_>, foreign: &Foreign) {
    let Problem { rule, what, help } = Problem::foreign(foreign);
    check.error(rule, format!("`{}` {what}", foreign.path)).maybe_help(help);
}

/// The references of the conditions.
pub(super) fn conditions(scope: &Scope<'_>, uses: &mut Uses, findings: &mut Vec<Finding>) {
    for (name, condition) in scope.template.section("Conditions") {
        let foreign = scope.template.foreign("Conditions", name);
        let mut problems: Vec<_> = foreign.iter().map(Problem::foreign).collect();
        visit_condition(condition, &mut |_, reference| problems.extend(scope.resolve(None, &reference, foreign, uses)));
        findings.extend(problems.into_iter().map(|problem| problem.of(&format!("condition `{name}`"))));
    }
}

/// The references of the stack's tags. They are given with the template, so that they know what it is given and no more.
pub(super) fn tags(scope: &Scope<'_>, uses: &mut Uses, findings: &mut Vec<Finding>) {
    for tag in &scope.stack.tags {
        let (value, foreign) = template::without_marks(&tag.value, scope.stack.origin);
        let message = format!("the tag `{}` of the stack", tag.key);
        findings.extend(foreign.iter().map(|it| Problem::foreign(it).of(&message)));
        visit(&Path::Root, &value, &mut |_, reference| {
            let is_own = |id: &&str| scope.stack.resources.contains_key(*id) && foreign.iter().all(|it| it.id != **id);
            if let Some(id) = reference.id().filter(is_own) {
                let message = format!("{message} depends on `{id}`, which is not there before it");
                findings.push(Finding::error("tags", message).help("use a parameter or a text"));
            } else {
                let problem = scope.resolve(None, &reference, &foreign, uses);
                findings.extend(problem.map(|problem| problem.of(&message)));
            }
        });
    }
}

/// The references of the outputs.
pub(super) fn outputs(scope: &Scope<'_>, uses: &mut Uses, findings: &mut Vec<Finding>) {
    for (output, (name, rendered)) in scope.stack.outputs.values().zip(scope.template.section("Outputs")) {
        let foreign = scope.template.foreign("Outputs", name);
        let mut problems: Vec<_> = foreign.iter().map(Problem::foreign).collect();
        visit(&Path::Root, rendered, &mut |_, reference| {
            problems.extend(scope.resolve(None, &reference, foreign, uses));
        });
        let told = problems.into_iter().map(|problem| problem.of(&format!("output `{name}`")).at(output.source));
        findings.extend(told);
    }
}
