//! What CloudFormation and the services would refuse, found before anything leaves the machine.
//!
//! Each module below is a family of rules; [`rules`] lists them all.

mod between;
mod cycles;
mod limits;
mod names;
mod parameters;
mod path;
mod properties;
mod references;
mod report;
mod rules;
mod scalar;
mod sizes;

use serde_json::{Map, Value as Json};

use crate::finding::Finding;
use crate::stack::{Declared, Stack};
use crate::template::Template;
use references::Uses;

pub use between::between;
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
    for part in in_parallel(&resources, |resources| one_after_another(&scope, resources)) {
        findings.extend(part.0);
        uses.extend(part.1);
    }
    names::physical(&resources, &mut findings);
    references::outputs(&scope, &mut uses, &mut findings);
    cycles::check(&scope, &uses, &mut findings);
    parameters::unused(stack, &uses, &mut findings);
    findings
}

/// Everything wrong with each of `stacks`, then what is wrong [`between`] them.
#[must_use]
pub fn check_all(stacks: &[Stack]) -> Vec<Finding> {
    let mut findings: Vec<_> = stacks.iter().flat_map(check).collect();
    findings.extend(between(stacks));
    findings
}

fn one_after_another(scope: &references::Scope<'_>, resources: &[(&Declared, &Json)]) -> (Vec<Finding>, Uses) {
    let mut findings = Vec::new();
    let mut uses = Uses::default();
    for (declared, rendered) in resources {
        let no_properties = Map::new();
        let properties = rendered.get("Properties").and_then(Json::as_object).unwrap_or(&no_properties);
        let mut check = Check::new(scope.stack, declared, &mut findings);
        properties::check(&mut check, properties);
        sizes::check(&mut check, properties);
        references::resource(scope, &mut uses, &mut check, rendered);
        declared.resource.check(&mut check);
    }
    (findings, uses)
}

/// How many resources it takes for a second thread to be worth its start.
const WORTH_A_THREAD: usize = 400;

/// `work` on parts of `items`, on as many threads as pay off, with the results in the order of the items.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(items.len().div_ceil(WORTH_A_THREAD)).max(1);
    if threads == 1 {
        return vec![work(items)];
    }
    let work = &work;
    std::thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(threads));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}
