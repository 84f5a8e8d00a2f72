use infra::iam::Role;
use infra::sqs::StandardQueue;
use infra::stack::DeletionPolicy;
use infra::{Raw, Stack, Stage};

use crate::support::printed;

fn queue_and_database(stage: &Stage) -> Stack {
    let mut stack = Stack::new("orders", stage);
    stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    stack.named("Orders").deletion_policy(DeletionPolicy::Retain).add(StandardQueue::default());
    stack.named("Receipts").add(Raw::new("AWS::RDS::DBInstance", []));
    stack
}

#[test]
fn what_a_protected_stage_does_not_keep_is_found_once() {
    assert_eq!(
        printed(&infra::check(&queue_and_database(&Stage::protected("live")))),
        "warning[unprotected-data]: the stage `live` is protected, but what `Orders`, `Receipts` hold can be lost: it is \
         deleted when it leaves the stack or is replaced
  --> HERE
  help: call `parts::protect(&mut stack)` after the last resource"
    );
}

#[test]
fn what_is_kept_and_what_is_in_another_stage_is_not() {
    let mut stack = queue_and_database(&Stage::protected("live"));
    for declared in stack.resources_mut() {
        declared.attributes.deletion_policy = Some(DeletionPolicy::RetainExceptOnCreate);
        declared.attributes.update_replace_policy = Some(DeletionPolicy::Retain);
    }
    assert_eq!(printed(&infra::check(&stack)), "");
    assert_eq!(printed(&infra::check(&queue_and_database(&Stage::new("live")))), "");
}
