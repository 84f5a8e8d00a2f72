//! `destroy`: looks first, keeps what must be kept, and proves that the rest is gone.

use aws_fake::Doing;
use insta::assert_snapshot;

use crate::creation::said;
use crate::project::Project;

const STACK: &str = "
Resources:
  Pictures:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: shop-pictures
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: shop-orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: id, AttributeType: S}
      KeySchema:
        - {AttributeName: id, KeyType: HASH}
  Kept:
    Type: AWS::SQS::Queue
    DeletionPolicy: Retain
";

#[test]
fn a_protected_stack_loses_nothing() {
    let project = Project::new(STACK);
    project.deploy().expect(0);
    project.aws.put_objects("shop-pictures", 2);
    project.aws.protect("orders-dev");
    assert_snapshot!(said(&project.run(&["destroy", "orders", "--yes", "--force"]).expect(1).stderr), @r"
    error: `orders` is protected against deletion; nothing was destroyed
      help: `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name orders-dev --region eu-west-1` takes the protection away
    ");
    assert!(project.aws.object("shop-pictures", "object-00000001").is_some() || project.called("DeleteObjects") == 0);
    assert_eq!(project.called("DeleteStack"), 0);
}

#[test]
fn data_goes_by_force_alone_and_what_is_retained_is_named() {
    let project = Project::new(STACK);
    project.deploy().expect(0);
    project.aws.put_objects("shop-pictures", 2);
    project.aws.put_items("shop-orders", 1204);
    assert_snapshot!(said(&project.destroy().expect(5).stderr), @r"
    error: `orders` holds data: 2 objects in Pictures, about 1,204 items in Orders; nothing was destroyed
      help: `--backup DIR` copies the data to files first, and `restore DIR` brings it back
      help: `--force` destroys the data, too
    ");

    let destroyed = project.run(&["destroy", "orders", "--yes", "--force"]).expect(0);
    assert!(destroyed.stderr.contains("is kept by its deletion policy"), "{destroyed}");
    assert!(destroyed.stderr.contains("emptied Pictures: 2 versions"), "{destroyed}");
    assert_eq!(project.live(), ["AWS::SQS::Queue"]);
}

#[test]
fn that_fails_says_why_and_can_be_repeated() {
    let project = Project::new(STACK);
    project.deploy().expect(0);
    project.aws.fail_resource("Orders", Doing::Delete, "the table is being backed up");
    assert_snapshot!(said(&project.destroy().expect(1).stderr), @r"
    error: `Orders` (AWS::DynamoDB::Table) failed: the table is being backed up; the stack is in the state DELETE_FAILED
      --> stacks/src/orders.rs:7:5
      help: `cargo xtask destroy orders --region eu-west-1 --endpoint-url ENDPOINT` again, once that is mended, deletes the rest
    ");
    assert_eq!(project.status().as_deref(), Some("DELETE_FAILED"));
    project.aws.heal("Orders");
    project.destroy().expect(0);
    assert_eq!(project.live(), ["AWS::SQS::Queue"]);
}

#[test]
fn importers_are_deployed_after_and_destroyed_before_whose_exports_they_import() {
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
    let importing = "
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !ImportValue orders-url
";
    let project = Project::new(exporting);
    project.declare(&[("billing", importing), ("orders", exporting)]);
    project.run(&["deploy", "--all", "--yes"]).expect(0);
    assert_eq!(project.live(), ["AWS::SNS::Topic", "AWS::SQS::Queue"]);
    project.run(&["destroy", "orders", "--yes"]).expect(1);
    project.run(&["destroy", "--all", "--yes"]).expect(0);
    assert_eq!(project.live(), [] as [&str; 0]);
}

#[test]
fn all_destroys_what_is_no_longer_in_the_source_and_nothing_of_others() {
    let project = Project::new(STACK);
    let queue = "Resources: {Queue: {Type: AWS::SQS::Queue}}";
    project.declare(&[("billing", queue), ("orders", queue)]);
    project.run(&["deploy", "--all", "--yes"]).expect(0);
    project.aws.create_stack(crate::project::REGION, "theirs", "Resources: {Topic: {Type: AWS::SNS::Topic}}", &[]);
    project.change(queue);
    let destroyed = project.run(&["destroy", "--all", "--yes"]).expect(0);
    assert!(destroyed.stderr.contains("billing: not in the source of `shop`"), "{destroyed}");
    assert_eq!(project.live(), ["AWS::SNS::Topic"]);
}

#[test]
fn what_cannot_be_backed_up_stops_before_anything_is_moved() {
    let with_secret = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Secret:
    Type: AWS::SecretsManager::Secret
";
    let project = Project::new(with_secret);
    project.deploy().expect(0);
    project.aws.put_messages(&project.aws.physical_id("orders-dev", "Queue").unwrap(), 3);
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("backup");
    let refused = project.run(&["destroy", "orders", "--yes", "--backup", path.to_str().unwrap()]).expect(1);
    let said = "secret value in Secret (AWS::SecretsManager::Secret) cannot be backed up; nothing was destroyed";
    assert!(refused.stderr.contains(said), "{refused}");
    assert_eq!((project.called("ReceiveMessage"), project.called("DeleteStack")), (0, 0));
}
