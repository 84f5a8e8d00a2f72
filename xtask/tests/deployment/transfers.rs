//! Resources that go to another stack keep their identity and what they hold.

use aws_fake::{At, Fault};
use testing::LocalCloud;

use crate::faults::check_all;
use crate::project::{Moved, Project};

const ORDERS: &str = "
Parameters:
  Billing: {Type: String, Default: PAY_PER_REQUEST}
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: !Ref Billing
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Queue:
    Type: AWS::SQS::Queue
    DependsOn: Orders
  Name:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Sub 'table ${Orders} of ${Orders.Arn}'}
Outputs:
  Table: {Value: !Ref Orders}
";

/// The same without the table, which is read from the other stack, and with another property of the queue.
const READING: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 5}
  Name:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !Sub
        - 'table ${Name} of ${Arn}'
        - Name: {'Fn::GetStackOutput': {StackName: storage-dev, OutputName: Name}}
          Arn: {'Fn::GetStackOutput': {StackName: storage-dev, OutputName: Arn}}
";

const STORAGE: &str = "
Resources:
  Tables:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
Outputs:
  Name: {Value: !Ref Tables}
  Arn: {Value: !GetAtt Tables.Arn}
";

const MOVED: [Moved<'_>; 1] = [(("storage", "Tables"), ("orders", "Orders"))];
const BOTH: [&str; 4] = ["deploy", "orders", "storage", "--yes"];

/// A project whose table is deployed in `orders`, with the table's name.
fn deployed() -> (Project, Option<String>) {
    let project = Project::new(ORDERS);
    project.deploy().expect(0);
    let table = project.aws.physical_id("orders-dev", "Orders");
    assert!(table.is_some());
    (project, table)
}

/// The same, in whose source the table is in `storage`.
fn moving() -> (Project, Option<String>) {
    let (project, table) = deployed();
    project.declare_moved(&[("orders", READING), ("storage", STORAGE)], &MOVED);
    (project, table)
}

fn require_moved(project: &Project, table: Option<&str>, what: &str) {
    assert_eq!(project.aws.physical_id("storage-dev", "Tables").as_deref(), table, "{what}");
    assert_eq!(project.aws.physical_id("orders-dev", "Orders"), None, "{what}");
    let diff = project.run(&["diff", "orders", "storage", "--exit-code"]);
    assert_eq!(diff.code, Some(0), "{what}: {diff}");
    let drift = project.run(&["drift", "orders", "storage"]);
    assert_eq!(drift.code, Some(0), "{what}: {drift}");
    let tables = project.live().into_iter().filter(|it| it == "AWS::DynamoDB::Table").count();
    assert_eq!(tables, 1, "{what}");
}

/// What was said without what differs from run to run.
fn said(text: &str) -> String {
    text.lines()
        .filter(|line| !line.contains(" in ") && !line.contains(" s)") && !line.starts_with("took "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_table_that_goes_to_another_stack_stays_the_same_table() {
    let (project, table) = moving();
    let shown = project.run(&["diff", "orders", "storage"]).expect(0);
    insta::assert_snapshot!(shown.stdout, @r#"
    orders: 2 to change, 1 to move
      =>  Orders -> storage.Tables  # stays as it is, with what it holds
      ~   Queue  DelaySeconds: set to 5
      ~   Name   Value: !Sub table ${Orders} of ${Orders.Arn} -> !Sub [table ${Name} of ${Arn}, {"Name":{"Fn::GetStackOutput":{"StackNam…
    outputs
      -   Table: {"Value":{"Ref":"Orders"}} -> not set
    template, which CloudFormation does not deploy by itself
      -   Parameters.Billing: {"Type":"String","Default":"PAY_PER_REQUEST"} -> not set
      -   Queue.DependsOn: Orders -> not set
    storage: 1 to move
      =>  orders.Orders -> Tables  # stays as it is, with what it holds
    "#);
    let markdown = project.run(&["diff", "storage", "orders", "--format", "markdown"]).expect(0);
    assert!(markdown.stdout.contains("`orders.Orders` → `Tables`, which stays as it is"), "{markdown}");
    assert!(markdown.stdout.contains("`Orders` → `storage.Tables`, which stays as it is"), "{markdown}");
    let json = project.run(&["diff", "orders", "storage", "--json"]).expect(0).json();
    let moves: Vec<_> = (0..2).map(|it| json["stacks"][it]["plan"]["moves"][0].clone()).collect();
    assert_eq!(moves[0], serde_json::json!({"from": "Orders", "to": "Tables", "to_stack": "storage"}));
    assert_eq!(moves[1], serde_json::json!({"from": "Orders", "from_stack": "orders", "to": "Tables"}));

    let deployed = project.run(&BOTH).expect(0);
    assert!(!deployed.stdout.contains("Moved"), "what is gone is no output: {deployed}");
    insta::assert_snapshot!(said(&deployed.stderr), @r#"
    orders: 2 to change, 1 to move
      =>  Orders -> storage.Tables  # stays as it is, with what it holds
      ~   Queue  DelaySeconds: set to 5
      ~   Name   Value: !Sub table ${Orders} of ${Orders.Arn} -> !Sub [table ${Name} of ${Arn}, {"Name":{"Fn::GetStackOutput":{"StackNam…
    outputs
      -   Table: {"Value":{"Ref":"Orders"}} -> not set
    template, which CloudFormation does not deploy by itself
      -   Parameters.Billing: {"Type":"String","Default":"PAY_PER_REQUEST"} -> not set
      -   Queue.DependsOn: Orders -> not set
    storage: 1 to move
      =>  orders.Orders -> Tables  # stays as it is, with what it holds
    storage: gets a placeholder first: CloudFormation has no stack without resources
      ✓ MovePlaceholder  AWS::CloudFormation::WaitConditionHandle  create complete
      ✓ Tables, which was orders.Orders, stays as it is
    storage    - MovePlaceholder  AWS::CloudFormation::WaitConditionHandle  delete complete
    orders    ✓ Queue  AWS::SQS::Queue  update complete
    storage: takes away the exports that nobody imports any more
    "#);
    require_moved(&project, table.as_deref(), "moved");
    // What has moved moves no more, and nothing is left of how.
    project.run(&BOTH).expect(0);
    assert_eq!(project.called("CreateStackRefactor"), 1);
    let storage = project.run(&["diff", "storage", "--json"]).expect(0);
    assert!(!storage.stdout.contains("Moved") && !storage.stdout.contains("Placeholder"), "{storage}");
}

#[test]
fn a_stack_of_a_move_is_not_deployed_without_the_other() {
    let (project, table) = moving();
    let refused = project.run(&["deploy", "orders", "--yes"]).expect(1);
    insta::assert_snapshot!(refused.stderr, @r"
    error: `Orders` moves from `orders` to `storage`, and only `orders` would be deployed; nothing was changed
      help: `cargo xtask deploy storage orders --region eu-west-1 --endpoint-url ENDPOINT` deploys both
    ");
    let refused = project.run(&["deploy", "storage", "--yes"]).expect(1);
    insta::assert_snapshot!(refused.stderr, @r"
    error: `Orders` moves from `orders` to `storage`, and only `storage` would be deployed; nothing was changed
      help: `cargo xtask deploy orders storage --region eu-west-1 --endpoint-url ENDPOINT` deploys both
    ");
    project.run(&["diff", "storage"]).expect(1);
    assert_eq!(project.aws.physical_id("orders-dev", "Orders"), table);
    assert_eq!(project.aws.status("storage-dev"), None);
    // Once the source no longer has the stack, the table in it is still found.
    project.declare_moved(&[("storage", STORAGE)], &MOVED);
    let refused = project.run(&["deploy", "storage", "--yes"]).expect(1);
    assert!(refused.stderr.contains("keep the stack `orders` in the source"), "{refused}");
}

#[test]
fn where_the_former_stack_is_not_deployed_nothing_moves() {
    let project = Project::new(READING);
    project.declare_moved(&[("orders", READING), ("storage", STORAGE)], &MOVED);
    project.run(&BOTH).expect(0);
    assert_eq!(project.called("CreateStackRefactor"), 0);
    project.run(&["deploy", "storage", "--yes"]).expect(0);
}

#[test]
fn a_stack_that_all_leaves_has_a_placeholder_until_it_has_others() {
    let only = ORDERS.split("  Queue:").next().unwrap();
    let project = Project::new(only);
    project.deploy().expect(0);
    let table = project.aws.physical_id("orders-dev", "Orders");
    let topic = "Resources: {Topic: {Type: AWS::SNS::Topic}}";
    project.declare_moved(&[("orders", topic), ("storage", STORAGE)], &MOVED);
    project.run(&BOTH).expect(0);
    require_moved(&project, table.as_deref(), "all");
    assert_eq!(project.live(), ["AWS::DynamoDB::Table", "AWS::SNS::Topic"]);
}

#[test]
fn what_refers_to_each_other_from_both_stacks_is_refused() {
    let project = Project::new(
        "
Resources:
  One: {Type: AWS::SQS::Queue}
  Two: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref One}}
  Three: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Two}}
",
    );
    project.deploy().expect(0);
    let orders = "
Resources:
  One: {Type: AWS::SQS::Queue}
  Three: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: two}}
";
    let storage = "Resources: {Two: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: one}}}";
    project.declare_moved(&[("orders", orders), ("storage", storage)], &[(("storage", "Two"), ("orders", "Two"))]);
    let refused = project.run(&BOTH).expect(1);
    assert!(
        refused.stderr.contains("refer to each other in both directions between `orders` and `storage`"),
        "{refused}"
    );
    assert_eq!(project.called("CreateStackRefactor"), 0);
}

#[test]
fn moves_that_have_no_stack_in_common_do_not_wait_for_each_other() {
    let project = Project::new(ORDERS);
    let table = ORDERS.replace("Orders", "Bills");
    project.declare(&[("orders", ORDERS), ("billing", &table)]);
    project.run(&["deploy", "orders", "billing", "--yes"]).expect(0);
    let [orders, bills] =
        [("orders-dev", "Orders"), ("billing-dev", "Bills")].map(|(stack, id)| project.aws.physical_id(stack, id));
    let archive = STORAGE.replace("Tables", "Bills");
    let without = READING.split("  Name:").next().unwrap();
    let all = [("orders", READING), ("storage", STORAGE), ("billing", without), ("archive", &archive)];
    let moved = [(("storage", "Tables"), ("orders", "Orders")), (("archive", "Bills"), ("billing", "Bills"))];
    project.declare_moved(&all, &moved);
    // That the one is refused keeps the other from nothing.
    project.aws.set_stack_policy("billing-dev", "{}");
    let deploy = ["deploy", "orders", "storage", "billing", "archive", "--yes"];
    let refused = project.run(&deploy).expect(1);
    assert!(refused.stderr.contains("✗ billing  failed"), "{refused}");
    assert!(refused.stderr.contains("its resources were not moved: CloudFormation refused"), "{refused}");
    assert_eq!(project.aws.physical_id("storage-dev", "Tables"), orders);
    assert_eq!(project.aws.physical_id("billing-dev", "Bills"), bills);
}

#[test]
fn what_is_imported_beside_a_move_is_still_imported() {
    let named = "
  Named:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: shop-orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
";
    let project = Project::new(&format!("Resources:{named}"));
    project.deploy().expect(0);
    project.destroy().expect(0);
    project.change(ORDERS);
    project.deploy().expect(0);
    let table = project.aws.physical_id("orders-dev", "Orders");
    let storage = STORAGE.replace("Outputs:", &format!("{}\nOutputs:", named.trim_end()));
    project.declare_moved(&[("orders", READING), ("storage", &storage)], &MOVED);
    project.run(&[&BOTH[..], &["--import-existing"]].concat()).expect(0);
    assert_eq!(project.aws.physical_id("storage-dev", "Named").as_deref(), Some("shop-orders"));
    assert_eq!(project.aws.physical_id("storage-dev", "Tables"), table);
}

#[test]
fn what_cloudformation_refuses_to_move_stays() {
    let (project, table) = moving();
    project.aws.set_stack_policy("orders-dev", "{}");
    let refused = project.run(&BOTH).expect(1);
    let policy = "Stack refactor does not support stacks with a stack policy attached; nothing was changed";
    assert!(refused.stderr.contains(policy), "{refused}");
    assert_eq!(project.aws.physical_id("orders-dev", "Orders"), table);
}

#[test]
fn a_move_between_stacks_that_ends_at_any_call_is_finished_by_the_next() {
    let calls = {
        let (project, _) = moving();
        let before = project.aws.calls().len();
        project.run(&BOTH).expect(0);
        project.aws.calls().len() - before
    };
    let cases: Vec<_> = (1..=calls).flat_map(|number| [(number, true), (number, false)]).collect();
    check_all(&cases, |(number, is_killed)| {
        let (project, table) = moving();
        let at = At::Call(project.aws.calls().len() + number);
        let what = format!("call {number} of {calls}, killed: {is_killed}");
        if *is_killed {
            project.killed(at, &BOTH);
        } else {
            project.aws.fault(at, Fault::LostAnswer);
        }
        let ended = project.run(&BOTH);
        assert_eq!(ended.code, Some(0), "{what}: {ended}");
        require_moved(&project, table.as_deref(), &what);
    });
}

#[test]
fn on_the_local_cloud_a_table_goes_to_another_stack_with_its_items() {
    let (project, cloud) = (Project::new(ORDERS), LocalCloud::fresh());
    project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    let tables = || {
        let client = aws_sdk_dynamodb::Client::new(&cloud.sdk_config());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(client.list_tables().send()).unwrap().table_names.unwrap()
    };
    let before = tables();
    assert_eq!(before.len(), 1);
    project.declare_moved(&[("orders", READING), ("storage", STORAGE)], &MOVED);
    let moved = project.run_on(&cloud, &BOTH).expect(0);
    assert!(moved.stderr.contains("Tables, which was orders.Orders, stays as it is"), "{moved}");
    assert_eq!(tables(), before);
    project.run_on(&cloud, &["diff", "orders", "storage", "--exit-code"]).expect(0);
    project.run_on(&cloud, &["destroy", "orders", "storage", "--yes", "--force"]).expect(0);
    assert_eq!(tables(), [""; 0]);
}
