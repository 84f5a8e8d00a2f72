use infra::output::Output;
use infra::sqs::StandardQueue;
use infra::{LogicalId, Parameter, Value};

use crate::support::check;

fn named(name: &str) -> StandardQueue {
    StandardQueue { queue_name: Some(name.into()), ..StandardQueue::default() }
}

#[test]
fn a_logical_id_is_letters_and_digits() {
    check(
        |stack| {
            stack.named("Orders-Queue").add(StandardQueue::default());
        },
        "error[logical-id]: the logical id `Orders-Queue` is not made of 1 to 255 letters and digits
  --> HERE
  help: name it `OrdersQueue`",
    );
}

#[test]
fn a_name_given_twice_tells_both_places() {
    check(
        |stack| {
            stack.named("Orders").add(StandardQueue::default());
            stack.named("Orders").add(StandardQueue::default());
        },
        "error[declared-twice]: `Orders` is declared twice, first at HERE
  --> HERE
  help: rename one of them",
    );
    check(
        |stack| {
            let orders: Value = stack.parameter("Orders", Parameter::<String>::default());
            stack.named("Orders").add(StandardQueue { queue_name: Some(orders), ..StandardQueue::default() });
        },
        "error[declared-twice]: `Orders`, the name of a resource, is a parameter already, declared at HERE
  --> HERE
  help: rename one of them
error[circular-dependency]: `Orders` waits for itself: `Orders` -> `Orders` (QueueName)
  --> HERE
  help: refer to one of them by its name instead, or move the reference to a resource of its own
warning[unused-parameter]: nothing uses parameter `Orders`
  --> HERE
  help: remove it",
    );
}

#[test]
fn two_queues_cannot_have_one_name() {
    check(
        |stack| {
            stack.named("Orders").add(named("orders"));
            stack.named("More").add(named("orders"));
        },
        "error[duplicate-name]: `More`: `Orders` has the name `orders` already
  --> HERE
  help: give each a name of its own",
    );
}

#[test]
fn under_a_condition_two_queues_may_be_alternatives() {
    check(
        |stack| {
            let is_prod = stack.condition("IsProd", infra::condition::Condition::Equals("a".into(), "b".into()));
            stack.named("Orders").condition(is_prod).add(named("orders"));
            stack.named("More").add(named("orders"));
        },
        "",
    );
}

#[test]
fn an_export_has_a_name_of_its_own() {
    check(
        |stack| {
            let queue: Value = stack.named("Orders").add(StandardQueue::default()).into();
            stack.output("Url", Output::from(queue.clone()).exported("orders"));
            stack.output("Again", Output::from(queue).exported("orders"));
        },
        "error[duplicate-export]: the outputs `Url` and `Again` are both exported as `orders`
  --> HERE
  help: rename one of them",
    );
}

#[test]
fn a_finding_names_the_line_of_the_declaration() {
    let mut line = 0;
    let stack = crate::support::stack(|stack| {
        line = line!() + 1;
        stack.named("Orders").condition(LogicalId::new("Missing")).add(StandardQueue::default());
    });
    let source = infra::check(&stack)[0].location.clone().unwrap();
    assert_eq!((source.file.as_str(), source.line), (file!(), line));
}

#[test]
fn a_move_leads_from_an_id_that_is_gone_to_one_that_is_there() {
    check(
        |stack| {
            stack.named("Visits").moved_from("Orders").add(StandardQueue::default());
            stack.moved("OrdersDlq", "VisitsDlq");
        },
        "error[moved]: `OrdersDlq` is moved to `VisitsDlq`, which the stack does not declare
  --> HERE
  help: name the id that it has now",
    );
    check(
        |stack| {
            stack.named("Orders").add(StandardQueue::default());
            stack.named("Visits").moved_from("Orders").add(StandardQueue::default());
        },
        "error[moved]: `Visits` is moved from `Orders`, which the stack still declares
  --> HERE
  help: name the id that it had before",
    );
    check(
        |stack| {
            stack.named("One").moved_from("Orders").add(StandardQueue::default());
            stack.named("Two").moved_from("Orders").add(StandardQueue::default());
        },
        "error[moved]: `Orders` is moved to `One` and to `Two`
  --> HERE
  help: a resource moves to one id",
    );
    check(
        |stack| {
            stack.named("One").moved_from("Orders").add(StandardQueue::default());
            stack.moved("Purchases", "One");
        },
        "error[moved]: `One` is moved from `Orders` and from `Purchases`
  --> HERE
  help: name the id that it was deployed with last",
    );
}
