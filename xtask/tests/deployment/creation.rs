//! First deployments.

use aws_fake::Doing;
use insta::assert_snapshot;

use crate::project::Project;

const TWO: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Topic:
    Type: AWS::SNS::Topic
    DependsOn: Queue
Outputs:
  Url:
    Value: !Ref Queue
";

#[test]
fn is_shown_made_and_has_nothing_left_to_do() {
    let project = Project::new(TWO);
    let diff = project.run(&["diff", "orders", "--exit-code"]).expect(3);
    assert!(diff.stdout.contains("2 to create"), "{diff}");
    assert_eq!(project.aws.stacks(), []);

    let deployed = project.deploy().expect(0);
    assert!(deployed.stderr.contains("✓ Queue  AWS::SQS::Queue  create complete"), "{deployed}");
    assert!(deployed.stdout.contains("Url"), "{deployed}");
    assert_eq!(project.status().as_deref(), Some("CREATE_COMPLETE"));
    assert_eq!(project.run(&["diff", "orders", "--exit-code"]).expect(0).stdout, "orders: no changes\n");
    assert_eq!(project.run(&["drift", "orders"]).expect(0).stdout, "orders: 2 resources read, as deployed\n");
}

#[test]
fn that_fails_leaves_no_stack_and_names_the_first_cause_with_its_line() {
    let project = Project::new(TWO);
    project.aws.fail_resource("Topic", Doing::Create, "Topic already exists");
    assert_snapshot!(said(&project.deploy().expect(1).stderr), @r"
    error: `Topic` (AWS::SNS::Topic) failed: Topic already exists; what had been created was deleted again, and the stack with it
      --> stacks/src/orders.rs:5:5
    ");
    assert_eq!(project.status().as_deref(), Some("DELETE_COMPLETE"));
    assert_eq!(project.live(), [] as [&str; 0]);

    project.aws.heal("Topic");
    project.deploy().expect(0);
}

#[test]
fn without_rollback_leaves_what_was_made_and_can_be_repeated() {
    let project = Project::new(TWO);
    project.aws.fail_resource("Topic", Doing::Create, "Topic already exists");
    assert_snapshot!(said(&project.run(&["deploy", "orders", "--yes", "--no-rollback"]).expect(1).stderr), @r"
    error: `Topic` (AWS::SNS::Topic) failed: Topic already exists; what had been done before was left as it is
      --> stacks/src/orders.rs:5:5
      help: correct it, then `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --recover`
    ");
    assert_eq!(project.status().as_deref(), Some("CREATE_FAILED"));
    assert_eq!(project.live(), ["AWS::SQS::Queue"]);

    project.aws.heal("Topic");
    project.run(&["deploy", "orders", "--yes", "--recover"]).expect(0);
    assert_eq!(project.status().as_deref(), Some("CREATE_COMPLETE"));
}

#[test]
fn that_fails_for_the_stack_alone_has_the_stacks_reason() {
    let project = Project::new(TWO);
    project.aws.fail_stack("The alarm orders-errors went off");
    assert_snapshot!(said(&project.deploy().expect(1).stderr), @"error: `orders` failed: The alarm orders-errors went off. Delete requested by user.; what had been created was deleted again, and the stack with it");
}

#[test]
fn that_validation_refuses_names_the_line_and_leaves_no_stack() {
    let project = Project::new(TWO);
    project.aws.fail_validation("Topic", "NAME_CONFLICT_VALIDATION", "a topic of that name exists");
    assert_snapshot!(said(&project.deploy().expect(1).stderr), @r"
    error: CloudFormation's validation refused the change set; nothing was deployed
    `Topic` at `/Resources/Topic/Properties`: a topic of that name exists
      --> stacks/src/orders.rs:5:5
    ");
    assert_eq!(project.status().as_deref(), Some("DELETE_COMPLETE"));
}

/// What was said from the first error on.
pub(crate) fn said(stderr: &str) -> String {
    let start = stderr.find("error:").unwrap_or_default();
    stderr[start..].to_owned()
}

#[test]
fn a_name_that_is_not_free_yet_is_waited_for() {
    let queue = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: shop-orders}
";
    let project = Project::new(queue);
    let reason = "You must wait 60 seconds after deleting a queue before you can create another with the same name";
    project.aws.fail_creation_once("Queue", reason);
    let deployed = project.deploy().expect(0);
    assert!(deployed.stderr.contains("a name that was just deleted is given again after 60 s: waits"), "{deployed}");
    assert_eq!(project.called("ExecuteChangeSet"), 2);
    // It is tried twice, and not for ever.
    let project = Project::new(queue);
    project.aws.fail_resource("Queue", Doing::Create, reason);
    project.deploy().expect(1);
    assert_eq!(project.called("ExecuteChangeSet"), 2);
}
