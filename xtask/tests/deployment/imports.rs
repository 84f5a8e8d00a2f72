//! What exists already under the name of a new resource becomes part of the stack, when that is asked for.

use insta::assert_snapshot;
use testing::LocalCloud;

use crate::creation::said;
use crate::project::Project;

const TABLE: &str = "
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: shop-orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
";

/// A project whose table exists, in no stack.
fn with_table() -> Project {
    let project = Project::new(TABLE);
    project.deploy().expect(0);
    project.destroy().expect(0);
    assert_eq!(project.live(), ["AWS::DynamoDB::Table"]);
    project.aws.put_items("shop-orders", 3);
    project
}

#[test]
fn a_table_is_taken_into_the_stack_with_its_items() {
    let project = with_table();
    let refused = project.deploy().expect(1);
    assert!(refused.stderr.contains("`--import-existing` takes it into the stack as it is"), "{refused}");
    let shown = project.run(&["diff", "orders", "--import-existing"]).expect(0);
    assert_snapshot!(shown.stdout, @r"
    orders: 1 to import
      <=  Orders  AWS::DynamoDB::Table  # exists already, and becomes part of the stack as it is
    ");
    project.run(&["deploy", "orders", "--yes", "--import-existing"]).expect(0);
    assert_eq!(project.aws.physical_id("orders-dev", "Orders").as_deref(), Some("shop-orders"));
    project.run(&["diff", "orders", "--exit-code"]).expect(0);
    project.run(&["drift", "orders"]).expect(0);
    assert_eq!(project.live(), ["AWS::DynamoDB::Table"]);
}

#[test]
fn what_cloudformation_would_not_import_is_said_before() {
    let project = with_table();
    project.change(&TABLE.replace("    DeletionPolicy: Retain\n", ""));
    let refused = project.run(&["deploy", "orders", "--yes", "--import-existing"]).expect(1);
    assert_snapshot!(said(&refused.stderr), @r"
    error: `shop-orders` exists already, and is imported only with a deletion policy that keeps it; `Orders` has `Delete`
      --> stacks/src/orders.rs:3:5
      help: say `.deletion_policy(DeletionPolicy::RetainExceptOnCreate)`; once it is imported, it can be changed
    ");
    project.change(&TABLE.replace("shop-orders", "!Sub 'shop-${AWS::AccountId}'"));
    project.deploy().expect(0);
    project.destroy().expect(0);
    let refused = project.run(&["deploy", "orders", "--yes", "--import-existing"]).expect(1);
    assert_snapshot!(said(&refused.stderr), @r"
    error: `shop-123456789012` exists already, and CloudFormation imports only what has a name without intrinsic functions
      --> stacks/src/orders.rs:3:5
      help: write the name as it is, without parameters
    ");
}

#[test]
fn the_local_cloud_imports_as_well() {
    let (project, cloud) = (Project::new(TABLE), LocalCloud::fresh());
    project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    project.run_on(&cloud, &["destroy", "orders", "--yes"]).expect(0);
    project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(1);
    project.run_on(&cloud, &["deploy", "orders", "--yes", "--import-existing"]).expect(0);
    project.run_on(&cloud, &["diff", "orders", "--exit-code"]).expect(0);
}
