use infra::check::budget;
use infra::sqs::StandardQueue;
use infra::{Stack, Template, Value};

use crate::support::{check, stack};

fn queues(count: usize) -> impl FnOnce(&mut Stack) {
    move |stack| {
        for n in 0..count {
            stack.named(format!("Queue{n}")).add(StandardQueue::default());
        }
    }
}

#[test]
fn a_stack_has_at_most_500_resources() {
    check(queues(500), "");
    check(
        queues(501),
        "error[stack-limit]: the stack has 501 resources, 1 more than the limit of 500
  help: move a part of it into a stack of its own",
    );
}

#[test]
fn a_description_has_at_most_1024_bytes() {
    check(|stack| stack.description = Some("a".repeat(1_024)), "");
    check(
        |stack| {
            stack.description = Some("a".repeat(1_025));
            let url: Value = stack.named("Orders").add(StandardQueue::default()).into();
            stack.output("Url", infra::output::Output::from(url).described("b".repeat(1_025)));
        },
        "error[description-length]: the description of the stack has 1025 bytes, 1024 are allowed
  help: shorten it
error[description-length]: the description of output `Url` has 1025 bytes, 1024 are allowed
  --> HERE
  help: shorten it",
    );
}

#[test]
fn the_budget_counts_what_is_deployed() {
    let template = Template::render(&stack(queues(31)));
    let budget = budget(&template);
    assert_eq!(budget.bytes.used, template.to_compact_json().len());
    assert_eq!(
        budget.to_string(),
        format!("resources 31/500, parameters 0/200, outputs 0/200, template bytes {}/1048576", budget.bytes.used)
    );
}
