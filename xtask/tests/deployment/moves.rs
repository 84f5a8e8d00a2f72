//! Resources that get another logical id keep their identity and what they hold.

use aws_fake::{At, Fault};
use testing::LocalCloud;

use crate::faults::check_all;
use crate::project::Project;

const ORDERS: &str = "
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Queue:
    Type: AWS::SQS::Queue
    DependsOn: Orders
  Name:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Sub '${Orders}'}
";

/// The same with another id of the table, and another property of the queue.
fn visits() -> String {
    let renamed = ORDERS.replace("Orders", "Visits");
    renamed.replace("    DependsOn: Visits", "    DependsOn: Visits\n    Properties: {DelaySeconds: 5}")
}

fn deployed() -> (Project, Option<String>) {
    let project = Project::new(ORDERS);
    project.deploy().expect(0);
    let table = project.aws.physical_id("orders-dev", "Orders");
    assert!(table.is_some());
    (project, table)
}

fn require_moved(project: &Project, table: Option<&str>, what: &str) {
    assert_eq!(project.aws.physical_id("orders-dev", "Visits").as_deref(), table, "{what}");
    assert_eq!(project.aws.physical_id("orders-dev", "Orders"), None, "{what}");
    project.run(&["diff", "orders", "--exit-code"]).expect(0);
    project.run(&["drift", "orders"]).expect(0);
}

#[test]
fn a_table_with_another_id_stays_the_same_table() {
    let (project, table) = deployed();
    project.move_to(&visits(), "Orders", "Visits");
    let shown = project.run(&["diff", "orders"]).expect(0);
    insta::assert_snapshot!(shown.stdout, @r"
    orders: 1 to change, 1 to move
      =>  Orders -> Visits  # stays as it is, with what it holds
      ~   Queue  DelaySeconds: set to 5
    ");
    let moved = project.deploy().expect(0);
    insta::assert_snapshot!(moved.stderr.lines().filter(|line| !line.contains(" in ")).collect::<Vec<_>>().join("\n"), @r"
    orders: 1 to change, 1 to move
      =>  Orders -> Visits  # stays as it is, with what it holds
      ~   Queue  DelaySeconds: set to 5
      step 1 of 2: move Orders to Visits
      ✓ Visits, which was Orders, stays as it is
      step 2 of 2: the rest
      ✓ Queue  AWS::SQS::Queue  update complete

    orders outputs
    ");
    require_moved(&project, table.as_deref(), "moved");
    // What is moved already is moved no more.
    let calls = project.called("CreateStackRefactor");
    project.deploy().expect(0);
    assert_eq!((calls, project.called("CreateStackRefactor")), (1, 1));
}

#[test]
fn a_move_alone_is_a_deployment() {
    let (project, table) = deployed();
    project.move_to(&ORDERS.replace("Orders", "Visits"), "Orders", "Visits");
    project.run(&["diff", "orders", "--exit-code"]).expect(3);
    let sets = project.called("CreateChangeSet");
    project.deploy().expect(0);
    assert_eq!(project.called("CreateChangeSet"), sets);
    require_moved(&project, table.as_deref(), "alone");
}

#[test]
fn what_cloudformation_refuses_to_move_stays() {
    let (project, table) = deployed();
    project.aws.set_stack_policy("orders-dev", "{}");
    project.move_to(&visits(), "Orders", "Visits");
    let refused = project.deploy().expect(1);
    insta::assert_snapshot!(refused.stderr.lines().filter(|line| !line.contains(" in ")).collect::<Vec<_>>().join("\n"), @r"
    orders: 1 to change, 1 to move
      =>  Orders -> Visits  # stays as it is, with what it holds
      ~   Queue  DelaySeconds: set to 5
      step 1 of 2: move Orders to Visits
    error: CloudFormation refused to move resources of `orders`: Stack refactor does not support stacks with a stack policy attached; nothing was changed
      help: keep the logical ids and stacks that are deployed, or deploy everything else first
    ");
    assert_eq!(project.aws.physical_id("orders-dev", "Orders"), table);
}

#[test]
fn a_move_whose_engine_is_killed_at_any_call_is_finished_by_the_next() {
    let calls = {
        let (project, _) = deployed();
        project.move_to(&visits(), "Orders", "Visits");
        let before = project.aws.calls().len();
        project.deploy().expect(0);
        project.aws.calls().len() - before
    };
    let cases: Vec<_> = (1..=calls).flat_map(|number| [(number, true), (number, false)]).collect();
    check_all(&cases, |(number, is_killed)| {
        let (project, table) = deployed();
        project.move_to(&visits(), "Orders", "Visits");
        let at = At::Call(project.aws.calls().len() + number);
        let what = format!("call {number} of {calls}, killed: {is_killed}");
        if *is_killed {
            project.killed(at, &["deploy", "orders", "--yes"]);
        } else {
            project.aws.fault(at, Fault::LostAnswer);
        }
        let ended = project.deploy();
        assert_eq!(ended.code, Some(0), "{what}: {ended}");
        require_moved(&project, table.as_deref(), &what);
    });
}

#[test]
fn on_the_local_cloud_a_table_keeps_its_items() {
    let project = Project::new(ORDERS);
    let cloud = LocalCloud::fresh();
    project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    let table = || {
        let outputs = project.run_on(&cloud, &["diff", "orders", "--json"]).expect(0);
        assert_eq!(outputs.json()["stacks"][0]["plan"]["resources"], serde_json::json!([]));
        let tables = tokio::runtime::Runtime::new().unwrap();
        let client = aws_sdk_dynamodb::Client::new(&cloud.sdk_config());
        tables.block_on(client.list_tables().send()).unwrap().table_names.unwrap()
    };
    let before = table();
    assert_eq!(before.len(), 1);
    project.move_to(&visits(), "Orders", "Visits");
    let moved = project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    assert!(moved.stderr.contains("Visits, which was Orders, stays as it is"), "{moved}");
    assert_eq!(table(), before);
    project.run_on(&cloud, &["destroy", "orders", "--yes"]).expect(0);
}
