//! Whose a stack is: only the project's own is changed or destroyed.

use insta::assert_snapshot;

use crate::creation::said;
use crate::project::{Project, REGION};

const QUEUE: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
";

#[test]
fn somebody_elses_stack_is_neither_changed_nor_destroyed() {
    let project = Project::new(QUEUE);
    project.aws.create_stack(REGION, "orders-dev", "Resources: {Theirs: {Type: AWS::SNS::Topic}}", &[]);
    assert_snapshot!(said(&project.deploy().expect(1).stderr), @r"
    error: the stack `orders-dev` in account 123456789012 in eu-west-1 was made without Stackwright; nothing was changed
      help: give your stack another name, or deploy it to another `--stage` or region
      help: `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --adopt` takes it over: `cargo xtask diff orders --region eu-west-1 --endpoint-url ENDPOINT` shows what that changes
    ");
    assert_snapshot!(said(&project.destroy().expect(1).stderr), @r"
    error: the stack `orders-dev` in account 123456789012 in eu-west-1 was made without Stackwright; nothing was changed
      help: give your stack another name, or deploy it to another `--stage` or region
      help: `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --adopt` takes it over: `cargo xtask diff orders --region eu-west-1 --endpoint-url ENDPOINT` shows what that changes
    ");
    assert_eq!(project.live(), ["AWS::SNS::Topic"]);
}

#[test]
fn another_projects_stack_is_told_by_its_tag() {
    let project = Project::new(QUEUE);
    let tags = [("stackwright:project", "bakery"), ("stackwright:stack", "orders")];
    project.aws.create_stack(REGION, "orders-dev", QUEUE, &tags);
    assert_snapshot!(said(&project.destroy().expect(1).stderr), @r"
    error: the stack `orders-dev` in account 123456789012 in eu-west-1 belongs to the project `bakery`; nothing was changed
      help: give your stack another name, or deploy it to another `--stage` or region
      help: `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --adopt` takes it over: `cargo xtask diff orders --region eu-west-1 --endpoint-url ENDPOINT` shows what that changes
    ");
}

#[test]
fn a_stack_is_adopted_after_its_plan_was_shown() {
    let project = Project::new(QUEUE);
    project.aws.create_stack(REGION, "orders-dev", QUEUE, &[]);
    let shown = project.run(&["deploy", "orders", "--adopt"]).expect(5);
    assert!(shown.stderr.contains("stackwright:project: set to shop"), "{shown}");
    project.run(&["deploy", "orders", "--adopt", "--yes"]).expect(0);
    project.deploy().expect(0);
    project.destroy().expect(0);
}

#[test]
fn a_stack_that_is_gone_from_the_source_is_destroyed_by_its_name() {
    let project = Project::new(QUEUE);
    project.deploy().expect(0);
    project.declare(&[("billing", QUEUE)]);
    project.run(&["destroy", "nothing", "--yes"]).expect(6);
    let destroyed = project.destroy().expect(0);
    assert!(destroyed.stderr.contains("orders: not in the source of `shop`, and known by its tags"), "{destroyed}");
    assert_eq!(project.live(), [] as [&str; 0]);
}
