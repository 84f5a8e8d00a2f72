//! What CloudFormation and the services would refuse, found before anything leaves the machine.
//!
//! Each module below is a family of rules; [`rules`] lists them all.

mod between;
mod cycles;
mod limits;
mod names;
mod parameters;
mod properties;
mod protection;
mod references;
mod report;
mod rules;
mod scalar;
mod sizes;

use serde_json::{Map, Value as Json};

use crate::message;
use crate::parallel;
use crate::schema;
use crate::stack::{Declared, Stack};
use crate::template::Template;
use assembly::Finding;
use references::Uses;

pub use between::{Peer, between, dependencies, imports, readers};
pub use limits::{Budget, Part, budget};
pub use report::{Check, Report};
pub use rules::{Rule, rules};

/// Everything wrong with `stack`, in the order of declaration.
#[must_use]
pub fn check(stack: &Stack) -> Vec<Finding> {
    check_rendered(stack, &Template::render(stack))
}

/// The same as [`check`], for who has rendered the stack already: `template` is what [`Template::render`] gave for it.
#[must_use]
pub fn check_rendered(stack: &Stack, template: &Template) -> Vec<Finding> {
    let mut findings = Vec::new();
    limits::check(stack, template, &mut findings);
    names::check(stack, &mut findings);
    parameters::check(stack, &mut findings);
    let scope = references::Scope::new(stack, template);
    let mut uses = Uses::default();
    references::conditions(&scope, &mut uses, &mut findings);
    let resources: Vec<_> = stack.resources().zip(template.section("Resources").map(|(_, json)| json)).collect();
    for part in parallel::parts(&resources, |resources| one_after_another(&scope, resources)) {
        findings.extend(part.0);
        uses.extend(part.1);
    }
    names::physical(&resources, &mut findings);
    sizes::together(stack, &mut findings);
    message::check(stack, template, &mut findings);
    protection::check(stack, &mut findings);
    references::tags(&scope, &mut uses, &mut findings);
    references::outputs(&scope, &mut uses, &mut findings);
    cycles::check(&scope, &uses, &mut findings);
    parameters::unused(stack, &uses, &mut findings);
    findings
}

fn one_after_another(scope: &references::Scope<'_>, resources: &[(&Declared, &Json)]) -> (Vec<Finding>, Uses) {
    let mut findings = Vec::new();
    let mut uses = Uses::default();
    for (declared, rendered) in resources {
        let no_properties = Map::new();
        let properties = rendered.get("Properties").and_then(Json::as_object).unwrap_or(&no_properties);
        let foreign = scope.template.foreign("Resources", declared.id.as_str());
        let mut check = Check::new(scope.stack, declared, foreign, &mut findings);
        let schema = schema::of(declared.resource_type());
        properties::check(&mut check, schema, properties);
        sizes::check(&mut check, schema, properties);
        references::resource(scope, &mut uses, &mut check, rendered);
        declared.resource.check(&mut check);
    }
    (findings, uses)
}
