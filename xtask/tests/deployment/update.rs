//! Updates: what fails, what stays behind, and who else is at work.

use aws_fake::{At, Denial, Doing, Fault, Mode};
use insta::assert_snapshot;

use crate::creation::said;
use crate::project::{Project, REGION, chain};

const BEFORE: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Pictures:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: shop-pictures
";

const WITHOUT_BUCKET: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
";

#[test]
fn that_fails_leaves_the_stack_as_it_was() {
    let project = Project::new(BEFORE);
    project.deploy().expect(0);
    project.change(&BEFORE.replace("AWS::SQS::Queue", "AWS::SQS::Queue\n    Properties:\n      DelaySeconds: 5"));
    project.aws.fail_resource("Queue", Doing::Update, "SQS is not available");
    assert_snapshot!(said(&project.deploy().expect(1).stderr), @r"
    error: `Queue` (AWS::SQS::Queue) failed: SQS is not available; the stack is as it was before
      --> stacks/src/orders.rs:3:5
    ");
    assert_eq!(project.status().as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    project.aws.heal("Queue");
    project.deploy().expect(0);
}

#[test]
fn of_an_express_stage_ends_when_everything_is_configured_and_is_still_taken_back() {
    let project = Project::new(BEFORE);
    let deploy = || project.run(&["deploy", "orders", "--stage", "quick", "--yes"]);
    deploy().expect(0);
    assert_eq!(project.aws.stacks()[0].mode, Mode::Express);
    project.change(&BEFORE.replace("AWS::SQS::Queue", "AWS::SQS::Queue\n    Properties:\n      DelaySeconds: 5"));
    project.aws.fail_resource("Queue", Doing::Update, "SQS is not available");
    deploy().expect(1);
    assert_eq!(project.status().as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    project.aws.heal("Queue");
    project.deploy().expect(0);
    assert_eq!(project.aws.stacks()[0].mode, Mode::Standard);
}

#[test]
fn a_bucket_that_leaves_with_its_objects_was_shown_and_is_gone() {
    let project = Project::new(BEFORE);
    project.deploy().expect(0);
    project.aws.put_objects("shop-pictures", 3);
    project.change(WITHOUT_BUCKET);
    let shown = project.run(&["diff", "orders"]).expect(0);
    assert!(shown.stdout.contains("deletes its 3 objects"), "{shown}");
    let refused = project.deploy().expect(5);
    assert!(
        refused.stderr.contains("deploying `orders` loses 3 objects of Pictures; nothing was deployed"),
        "{refused}"
    );
    let deployed = project.run(&["deploy", "orders", "--yes", "--allow-loss"]).expect(0);
    assert!(deployed.stderr.contains("emptied Pictures: 3 versions"), "{deployed}");
    assert!(deployed.stderr.contains("deleted Pictures, which CloudFormation had left behind"), "{deployed}");
    assert_eq!(project.live(), ["AWS::SQS::Queue"]);
}

#[test]
fn what_cannot_be_deleted_is_named_as_left_behind() {
    let project = Project::new(BEFORE);
    project.deploy().expect(0);
    project.change(&BEFORE.replace("Queue:", "Other:"));
    project.aws.fail_resource("Queue", Doing::Delete, "SQS is not available");
    let deployed = project.deploy().expect(0);
    assert!(deployed.stderr.contains("! Queue was left behind as `https://"), "{deployed}");
    assert_eq!(project.status().as_deref(), Some("UPDATE_COMPLETE"));
}

#[test]
fn an_export_in_use_is_the_stacks_reason() {
    let exporting = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
Outputs:
  Url:
    Value: !Ref Queue
    Export:
      Name: orders-url
";
    let importing = "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !ImportValue orders-url}}}";
    let project = Project::new(exporting);
    project.deploy().expect(0);
    project.aws.create_stack(REGION, "billing", importing, &[]);
    project.change(WITHOUT_BUCKET);
    assert_snapshot!(said(&project.deploy().expect(1).stderr), @r"
    error: `orders` removes the export `orders-url`, which `billing` imports; nothing was deployed
      help: deploy `billing` first without the import, or together with it
    ");
    // Whoever may not ask who imports it hears it from CloudFormation.
    let next = project.called("ListImports") + 1;
    let denied = Fault::AccessDenied(Denial::NoIdentityPolicy);
    project.aws.fault(At::nth("cloudformation", "ListImports", next), denied);
    let failed = project.deploy().expect(1);
    let said_by_cloudformation = "error: `orders` failed: Export orders-url cannot be deleted as it is in use by billing; the stack is as it was before\n";
    assert!(failed.stderr.contains(said_by_cloudformation), "{failed}");

    project.change(exporting);
    assert_snapshot!(said(&project.destroy().expect(1).stderr), @r"
    error: others import what `orders` exports: `orders-url` by `billing`; nothing was destroyed
      help: destroy `billing` first
    ");
    assert_eq!(project.status().as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
}

#[test]
fn two_first_deployments_at_once_do_not_meet() {
    // Each look takes an operation one step on, also the looks of the second.
    let project = Project::new(&chain(60));
    let mut first = project.command(&["deploy", "orders", "--yes"]);
    first.env("STACKWRIGHT_POLL_MILLISECONDS", "400").stdout(std::process::Stdio::null());
    let mut first = first.stderr(std::process::Stdio::null()).spawn().unwrap();
    while project.called("ExecuteChangeSet") == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let second = project.deploy();
    assert!(first.wait().unwrap().success());
    let text = said(&second.expect(1).stderr);
    assert!(text.starts_with("error: somebody is at work on `orders` now: `deploy` by ada on "), "{text}");
    assert!(!text.contains("remove it"), "{text}");
    project.deploy().expect(0);
}

#[test]
fn a_deployment_that_ended_meanwhile_is_not_taken_for_somebody_elses() {
    let project = Project::new("Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: shop-queue}}}");
    // It looks whether the name is free; just then another engine deploys the stack.
    let mut other = project.command(&["deploy", "orders", "--yes"]);
    project.aws.on(At::nth("sqs", "GetQueueUrl", 1), move || {
        other.stderr(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        assert!(other.status().unwrap().success());
    });
    let late = project.deploy().expect(1);
    assert!(late.stderr.contains("somebody deployed `orders` meanwhile; nothing was deployed"), "{late}");
    project.deploy().expect(0);
}

#[test]
fn what_is_not_ascii_is_no_difference_for_ever() {
    let project = Project::new(
        "
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: Bestellungen für Köln 🚀
",
    );
    project.deploy().expect(0);
    project.run(&["diff", "orders", "--exit-code"]).expect(0);
}

#[test]
fn what_cloudformation_would_replace_beyond_the_plan_is_not_done_unasked() {
    let queue = "Resources:\n  Queue: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1}}\n";
    let project = Project::new(queue);
    project.deploy().expect(0);
    let before = project.aws.physical_id("orders-dev", "Queue");
    project.aws.replace_on_change("Queue");
    project.change(&queue.replace(": 1", ": 5"));
    let looks = project.called("DescribeChangeSet");
    let refused = project.deploy().expect(5);
    insta::assert_snapshot!(refused.stderr, @r"
    orders: 1 to change
      ~   Queue  DelaySeconds: 1 -> 5
    error: CloudFormation would do more than the plan says
    `Queue` (AWS::SQS::Queue) would be replaced for DelaySeconds: 1 -> 5
      --> stacks/src/orders.rs:2:5
    nothing was deployed
      help: the stack may have changed since the plan was made: deploy again to see the new plan
      help: at a terminal it is asked whether it may
    ");
    assert_eq!(project.aws.physical_id("orders-dev", "Queue"), before);
    assert_eq!(project.called("ExecuteChangeSet"), 1);
    assert_eq!(project.called("DeleteChangeSet"), 1);

    // Where values are not told, the last of the looks fails, and one without them follows.
    let all = project.called("DescribeChangeSet");
    let last = At::nth("cloudformation", "DescribeChangeSet", 2 * all - looks);
    project.aws.fault(last, Fault::AccessDenied(Denial::NoIdentityPolicy));
    let refused = project.deploy().expect(5);
    assert!(refused.stderr.contains("would be replaced for DelaySeconds\n"), "{refused}");
    assert_eq!(project.called("DescribeChangeSet"), 2 * all - looks + 1);
}

#[test]
fn what_a_hook_refuses_is_told_with_its_name_and_reason() {
    let queue = "Resources:\n  Queue: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1}}\n";
    let project = Project::new(queue);
    project.deploy().expect(0);
    project.change(&queue.replace(": 1", ": 5"));
    project.aws.fail_hook("Queue", "Shop::Guard::Hook", "queues are encrypted with a key of the shop");
    let failed = project.deploy().expect(1);
    insta::assert_snapshot!(said(&failed.stderr), @r"
    error: `Queue` (AWS::SQS::Queue) failed: The following hook(s) failed: [Shop::Guard::Hook]; the stack is as it was before
      the hook `Shop::Guard::Hook`: queues are encrypted with a key of the shop
      --> stacks/src/orders.rs:2:5
    ");
    project.aws.fail_change_sets_by_hook("Shop::Calendar::Hook", "nothing is deployed on a Friday");
    let refused = project.deploy().expect(1);
    insta::assert_snapshot!(said(&refused.stderr), @r"
    error: CloudFormation's validation refused the change set; nothing was deployed
    the hook `Shop::Calendar::Hook`: nothing is deployed on a Friday
    ");
}
