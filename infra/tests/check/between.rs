use infra::check::{self, Peer};
use infra::output::Output;
use infra::sqs::StandardQueue;
use infra::{Finding, Stack, Stage, Template, Value};

use crate::support::printed;

fn importing(name: &str, import: Option<&str>, export: Option<&str>) -> Stack {
    let mut stack = Stack::new(name, &Stage::default());
    let queue_name = import.map(Value::import);
    let queue: Value = stack.named("Queue").add(StandardQueue { queue_name, ..StandardQueue::default() }).into();
    if let Some(export) = export {
        stack.output("Url", Output::from(queue).exported(export));
    }
    stack
}

fn between(stacks: &[Stack]) -> Vec<Finding> {
    let parts: Vec<_> = stacks.iter().map(|stack| (Template::render(stack), stack.assemble().locations)).collect();
    let peers = stacks.iter().zip(&parts);
    let peers = peers.map(|(stack, (template, locations))| Peer { name: stack.name(), template, locations });
    check::between(&peers.collect::<Vec<_>>())
}

#[test]
fn stacks_that_import_from_each_other_are_named_in_a_circle() {
    let stacks = [
        importing("apart", Some("a"), None),
        importing("one", Some("c"), Some("a")),
        importing("two", Some("a"), Some("b")),
        importing("three", Some("b"), Some("c")),
    ];
    assert_eq!(
        printed(&between(&stacks)),
        "error[circular-exports]: the stacks import from each other in a circle: \
         `one` -> `three` (import of `c`) -> `two` (import of `b`) -> `one` (import of `a`)
  --> HERE
  help: move what both need into a third stack"
    );
}

#[test]
fn two_stacks_cannot_export_one_name() {
    let stacks = [importing("one", None, Some("a")), importing("two", None, Some("a"))];
    assert_eq!(
        printed(&between(&stacks)),
        "error[duplicate-export]: the stacks `one` and `two` both export `a`
  --> HERE
  help: rename one of them"
    );
}

#[test]
fn imports_in_one_direction_are_fine() {
    let stacks =
        [importing("one", None, Some("a")), importing("two", Some("a"), None), importing("three", Some("x"), None)];
    assert_eq!(printed(&between(&stacks)), "");
}
