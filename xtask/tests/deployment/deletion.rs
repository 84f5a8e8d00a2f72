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
    assert_snapshot!(said(&project.run(&["destroy", "orders", "--yes", "--force"]).expect(1).stderr), @"");
    assert!(project.aws.object("shop-pictures", "object-00000001").is_some() || project.called("DeleteObjects") == 0);
    assert_eq!(project.called("DeleteStack"), 0);
}

#[test]
fn data_goes_by_force_alone_and_what_is_retained_is_named() {
    let project = Project::new(STACK);
    project.deploy().expect(0);
    project.aws.put_objects("shop-pictures", 2);
    project.aws.put_items("shop-orders", 1204);
    assert_snapshot!(said(&project.destroy().expect(5).stderr), @"");

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
    assert_snapshot!(said(&project.destroy().expect(1).stderr), @"");
    assert_eq!(project.status().as_deref(), Some("DELETE_FAILED"));
    project.aws.heal("Orders");
    project.destroy().expect(0);
    assert_eq!(project.live(), ["AWS::SQS::Queue"]);
}
