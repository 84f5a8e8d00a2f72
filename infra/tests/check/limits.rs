use infra::check::budget;
use infra::sqs::{RedrivePolicy, StandardQueue};
use infra::{Integer, Stack, Template, Value};

use crate::support::{check, stack};

fn queues(count: usize) -> impl FnOnce(&mut Stack) {
    move |stack| queues_named(stack, "Queue", count)
}

fn queues_named(stack: &mut Stack, name: &str, count: usize) {
    for n in 0..count {
        stack.named(format!("{name}{n}")).add(StandardQueue::default());
    }
}

#[test]
fn a_stack_has_at_most_500_resources() {
    check(queues(450), "");
    check(
        queues(451),
        "warning[stack-limit]: the stack has 451 resources, and 500 are allowed
  help: what refers to nothing else can be in another stack: `Queue1`, `Queue2`, `Queue3`, 447 more; `.moved_from(InStack(\"orders\", \"ID\"))` keeps a resource that goes to another stack",
    );
    check(
        queues(501),
        "error[stack-limit]: the stack has 501 resources, 1 more than the limit of 500
  help: what refers to nothing else can be in another stack: `Queue1`, `Queue2`, `Queue3`, 497 more; `.moved_from(InStack(\"orders\", \"ID\"))` keeps a resource that goes to another stack",
    );
}

#[test]
fn what_hangs_together_is_named_by_its_first() {
    let pairs = |stack: &mut Stack| {
        for n in 0..200 {
            let dead = stack.named(format!("Dead{n}")).add(StandardQueue::default());
            let redrive_policy =
                Some(RedrivePolicy { dead_letter_target: dead, max_receive_count: Integer::of::<3>() });
            stack.named(format!("Queue{n}")).add(StandardQueue { redrive_policy, ..StandardQueue::default() });
        }
        queues_named(stack, "Alone", 101);
    };
    check(
        pairs,
        "error[stack-limit]: the stack has 501 resources, 1 more than the limit of 500
  help: what refers to nothing else can be in another stack: `Dead1` and 1 more that it goes with, `Dead2` and 1 more that it goes with, `Dead3` and 1 more that it goes with, 297 more; `.moved_from(InStack(\"orders\", \"ID\"))` keeps a resource that goes to another stack",
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
