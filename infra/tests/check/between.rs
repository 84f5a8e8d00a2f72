use std::collections::BTreeMap;

use infra::check::{self, Peer};
use infra::output::{Output, StackOutput};
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
    let names: BTreeMap<_, _> = stacks.iter().map(|stack| (stack.name(), stack.stack_name())).collect();
    let peers = stacks.iter().zip(&parts);
    let peers = peers.map(|(stack, (template, locations))| Peer {
        name: stack.name(),
        stack_name: names[stack.name()].as_str(),
        template,
        locations,
    });
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

const URL: StackOutput = StackOutput::new("one", "QueueUrl");

/// A stack `name` that reads [`URL`] and provides `output`.
fn reading(name: &str, output: Option<StackOutput>) -> Stack {
    let mut stack = Stack::new(name, &Stage::default());
    let url = stack.output_of(URL);
    let queue = stack.named("Queue").add(StandardQueue { queue_name: Some(url), ..StandardQueue::default() });
    if let Some(output) = output {
        stack.provide(output, queue);
    }
    stack
}

#[test]
fn an_output_that_another_stack_does_not_have_is_found() {
    let mut one = Stack::new("one", &Stage::default());
    let queue = one.named("Queue").add(StandardQueue::default());
    one.provide(StackOutput::<String>::new("one", "QueueUrls"), queue);
    assert_eq!(
        printed(&between(&[one, reading("two", None)])),
        "error[unknown-output]: `one` has no output `QueueUrl`
  --> HERE
  help: did you mean `QueueUrls`?"
    );
    // Of a stack that is not of this app nothing is known.
    assert_eq!(printed(&between(&[reading("two", None)])), "");
}

#[test]
fn stacks_that_read_outputs_of_each_other_are_named_in_a_circle() {
    const BACK: StackOutput = StackOutput::new("two", "Back");
    let mut one = Stack::new("one", &Stage::default());
    let back = one.output_of(BACK);
    let queue = one.named("Queue").add(StandardQueue { queue_name: Some(back), ..StandardQueue::default() });
    one.provide(URL, queue);
    let stacks = [one, reading("two", Some(BACK))];
    assert_eq!(
        printed(&between(&stacks)),
        "error[circular-exports]: the stacks import from each other in a circle: \
         `one` -> `two` (output `Back`) -> `one` (output `QueueUrl`)
  --> HERE
  help: move what both need into a third stack"
    );
}

#[test]
fn an_output_is_declared_by_its_own_stack() {
    let mut two = Stack::new("two", &Stage::default());
    let queue = two.named("Queue").add(StandardQueue::default());
    two.provide(URL, queue);
    assert_eq!(
        printed(&two.assemble().findings),
        "error[foreign-output]: `two` declares the output `QueueUrl`, which is one of `one`
  --> HERE
  help: declare it in `one`, or name `two` in the output"
    );
}
