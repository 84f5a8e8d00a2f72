//! `drift` of resources whose types the engine knows nothing of: the Cloud Control API reads them.

use aws_fake::{At, Denial, Fault};
use serde_json::{Value as Json, json};
use testing::LocalCloud;

use crate::project::Project;

const ALARM: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Topic:
    Type: AWS::SNS::Topic
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: orders-depth
      Namespace: AWS/SQS
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions:
      - Name: QueueName
        Value: !GetAtt Queue.QueueName
      - Name: Stage
        Value: dev
      Statistic: Maximum
      ComparisonOperator: GreaterThanThreshold
      Threshold: 1
      Period: 60
      EvaluationPeriods: 1
      AlarmActions: [!Ref Topic]
      Tags: [{Key: team, Value: shop}]
";

fn deployed(template: &str) -> Project {
    let project = Project::new(template);
    project.deploy().expect(0);
    project
}

#[test]
fn an_alarm_that_somebody_changed_is_found_and_set_when_asked() {
    let project = deployed(ALARM);
    // The fake tells a list without order in another one, and tags of the stack and of CloudFormation.
    let clean = project.run(&["drift", "orders"]).expect(0);
    assert_eq!(clean.stdout, "orders: 3 resources read, as deployed\n");

    project.aws.set_property("orders-depth", "Threshold", json!(5));
    let queue = project.aws.physical_id("orders-dev", "Queue").unwrap();
    let queue = queue.rsplit('/').next().unwrap();
    let dimensions = json!([{"Name": "QueueName", "Value": queue}, {"Name": "Stage", "Value": "prod"}]);
    project.aws.set_property("orders-depth", "Dimensions", dimensions);
    project.aws.set_property("orders-depth", "AlarmActions", json!([]));
    let found = project.run(&["drift", "orders"]).expect(3);
    let topic = project.aws.physical_id("orders-dev", "Topic").unwrap();
    for expected in [
        "~ Alarm  Threshold: deployed 1, is 5",
        "~ Alarm  Dimensions[1].Value: deployed dev, is prod",
        &format!("~ Alarm  AlarmActions: deployed [\"{topic}\"], is []"),
        "--> stacks/src/orders.rs:7:5",
    ] {
        assert!(found.stdout.contains(expected), "{expected} in {found}");
    }
    let accepted = project.run(&["drift", "orders", "--accept"]).expect(3);
    assert!(accepted.stdout.contains("stack.named(\"Alarm\").property(\"Threshold\", 5)"), "{accepted}");
    assert!(accepted.stdout.contains("// Alarm: no value says what is live of Dimensions[1].Value"), "{accepted}");

    let sets = project.called("CreateChangeSet");
    let asked = project.run(&["drift", "orders", "--fix"]).expect(5);
    assert!(asked.stderr.contains("have CloudFormation bring Alarm back to what was deployed"), "{asked}");
    let fixed = project.run(&["drift", "orders", "--fix", "--yes"]).expect(0);
    assert!(fixed.stderr.contains("✓ Alarm  AWS::CloudWatch::Alarm  update complete"), "{fixed}");
    // One change set brings all properties back.
    assert_eq!(project.called("CreateChangeSet"), sets + 1);
    project.run(&["drift", "orders"]).expect(0);
}

#[test]
fn what_is_deleted_or_tagged_otherwise_is_brought_back_and_nothing_else() {
    let project = deployed(ALARM);
    project.aws.set_property("orders-depth", "Tags", json!([{"Key": "team", "Value": "billing"}]));
    project.aws.delete_resource(&project.aws.physical_id("orders-dev", "Topic").unwrap());
    let fixed = project.run(&["drift", "orders", "--fix", "--yes"]).expect(0);
    assert!(fixed.stdout.contains("Tags[team]: deployed shop, is billing"), "{fixed}");
    assert!(fixed.stderr.contains("✓ Topic  AWS::SNS::Topic  create complete"), "{fixed}");
    project.run(&["drift", "orders"]).expect(0);
    project.run(&["diff", "orders", "--exit-code"]).expect(0);
    // What is new in the source is not deployed with it.
    project.change(&ALARM.replace("Threshold: 1", "Threshold: 2"));
    project.aws.delete_resource("orders-depth");
    project.run(&["drift", "orders", "--fix", "--yes"]).expect(0);
    project.run(&["diff", "orders", "--exit-code"]).expect(3);
}

#[test]
fn what_would_be_replaced_to_bring_it_back_is_asked_about() {
    let project = deployed(ALARM);
    project.aws.set_property("orders-depth", "AlarmName", json!("depth"));
    let refused = project.run(&["drift", "orders", "--fix", "--yes"]).expect(5);
    assert!(refused.stderr.contains("CloudFormation would do more than the plan says"), "{refused}");
    assert!(refused.stderr.contains("`Alarm` (AWS::CloudWatch::Alarm) would be replaced for AlarmName"), "{refused}");
}

#[test]
fn a_resource_that_was_deleted_is_found_whatever_its_type() {
    let project = deployed(ALARM);
    project.aws.delete_resource("orders-depth");
    let found = project.run(&["drift", "orders"]).expect(3);
    assert!(found.stdout.contains("Alarm  resource: deployed to exist, is deleted"), "{found}");
}

const UNREADABLE: &str = "
Resources:
  Credentials:
    Type: AWS::IAM::AccessKey
    Properties: {UserName: ada}
  Mesh:
    Type: AWS::AppMesh::Mesh
  Waiting:
    Type: AWS::AppMesh::Mesh
";

#[test]
fn what_cannot_be_compared_is_said() {
    let project = deployed(UNREADABLE);
    let found = project.run(&["drift", "orders"]).expect(0);
    let said = "  3 resources of 2 types are not compared here: AWS::AppMesh::Mesh, AWS::IAM::AccessKey (the Cloud Control API does not read such a type)\n";
    assert_eq!(found.stdout, format!("orders: 0 resources read, as deployed\n{said}"));
    let found = project.run(&["drift", "orders", "--json"]).expect(0);
    let found: Json = serde_json::from_str(&found.stdout).unwrap();
    let first = &found["stacks"][0]["not_compared"][0];
    let reason = "the Cloud Control API does not read such a type";
    assert_eq!(*first, json!({"id": "Credentials", "type": "AWS::IAM::AccessKey", "reason": reason}));
    assert_eq!(project.called("GetResource"), 0);
}

#[test]
fn what_the_api_knows_by_a_name_that_is_not_known_here_is_not_compared() {
    let stage = "
Resources:
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Sub '${AWS::StackId}', StageName: live}
";
    let project = deployed(stage);
    let found = project.run(&["drift", "orders"]).expect(0);
    let said = "1 resource of 1 type is not compared here: AWS::ApiGatewayV2::Stage (the template does not say what the Cloud Control API knows it by)";
    assert!(found.stdout.contains(said), "{found}");
}

#[test]
fn a_right_that_is_missing_is_said_with_those_that_are_needed() {
    let project = deployed(ALARM);
    project.aws.fault(At::each("cloudcontrolapi", "GetResource"), Fault::AccessDenied(Denial::NoIdentityPolicy));
    let found = project.run(&["drift", "orders"]).expect(1);
    for expected in [
        "Alarm could not be read: AWS refused: User: arn:aws:iam::123456789012:user/tester is not authorized to perform: cloudformation:GetResource",
        "reading an AWS::CloudWatch::Alarm needs `cloudformation:GetResource` and `cloudwatch:DescribeAlarms`, `cloudwatch:ListTagsForResource`",
    ] {
        assert!(found.stderr.contains(expected), "{expected} in {found}");
    }
}

#[test]
fn on_the_local_cloud_they_are_said_not_to_be_compared() {
    let (project, cloud) = (Project::new(ALARM), LocalCloud::fresh());
    project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    let found = project.run_on(&cloud, &["drift", "orders"]).expect(0);
    let said = "  1 resource of 1 type is not compared here: AWS::CloudWatch::Alarm (the local cloud has no Cloud Control API)\n";
    assert!(found.stdout.ends_with(said), "{found}");
}
