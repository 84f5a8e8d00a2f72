//! `drift`: what was changed past CloudFormation is found, and set again when asked.

use serde_json::json;
use testing::LocalCloud;

use crate::project::Project;

const QUEUE: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30
";

#[test]
fn a_change_past_cloudformation_is_found_and_set_when_asked() {
    let project = Project::new(QUEUE);
    project.deploy().expect(0);
    let queue = project.aws.physical_id("orders-dev", "Queue").unwrap();
    project.aws.set_property(&queue, "VisibilityTimeout", json!(60));

    let found = project.run(&["drift", "orders"]).expect(3);
    assert!(found.stdout.contains("~ Queue  VisibilityTimeout: deployed 30, is 60"), "{found}");
    assert!(found.stdout.contains("--> stacks/src/orders.rs:3:5"), "{found}");
    // A deployment without changes only says so.
    let deployed = project.deploy().expect(0);
    assert!(deployed.stderr.contains("! Queue VisibilityTimeout is 60, expected 30"), "{deployed}");
    assert_eq!(project.called("SetQueueAttributes"), 0);

    let accepted = project.run(&["drift", "orders", "--accept"]).expect(3);
    let rust = "stack.named(\"Queue\").property(\"VisibilityTimeout\", 60) // stacks/src/orders.rs:3:5";
    assert!(accepted.stdout.contains(rust), "{accepted}");

    project.run(&["drift", "orders", "--fix"]).expect(5);
    project.run(&["drift", "orders", "--fix", "--yes"]).expect(0);
    assert_eq!(project.called("SetQueueAttributes"), 1);
}

#[test]
fn a_resource_that_was_deleted_is_found() {
    let project = Project::new(QUEUE);
    project.deploy().expect(0);
    project.aws.delete_resource(&project.aws.physical_id("orders-dev", "Queue").unwrap());
    let found = project.run(&["drift", "orders"]).expect(3);
    assert!(found.stdout.contains("Queue  resource: deployed to exist, is deleted"), "{found}");
}

const POLICIES: &str = "
Resources:
  Topic: {Type: AWS::SNS::Topic}
  TopicPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: 'sns:Publish', Resource: !Ref Topic}]}
  Queue: {Type: AWS::SQS::Queue}
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}]}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}}}
  Handler: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: 'x'}, Role: !GetAtt Role.Arn, Runtime: nodejs22.x, Handler: index.handler}}
  Invoke:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !GetAtt Handler.Arn, Action: 'lambda:InvokeFunction', Principal: sns.amazonaws.com, SourceAccount: '123456789012', SourceArn: !Ref Topic}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: orders}}
  Unauthorized:
    Type: AWS::ApiGateway::GatewayResponse
    Properties:
      RestApiId: !Ref Api
      ResponseType: UNAUTHORIZED
      StatusCode: '401'
      ResponseParameters: {gatewayresponse.header.WWW-Authenticate: \"'Bearer'\"}
";

#[test]
fn a_policy_or_a_response_that_somebody_changed_is_found() {
    let project = Project::new(POLICIES);
    project.deploy().expect(0);
    project.run(&["drift", "orders"]).expect(0);
    let id = |logical_id: &str| project.aws.physical_id("orders-dev", logical_id).unwrap();
    let open = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}]});
    project.aws.set_property(&id("TopicPolicy"), "PolicyDocument", open.clone());
    project.aws.set_property(&id("QueuePolicy"), "PolicyDocument", open);
    project.aws.set_property(&id("Invoke"), "SourceAccount", json!("210987654321"));
    project.aws.set_property(&id("Unauthorized"), "StatusCode", json!("403"));
    project.aws.set_property(&id("Unauthorized"), "ResponseParameters", json!({}));
    let found = project.run(&["drift", "orders"]).expect(3);
    for expected in [
        "PolicyDocument of Topics[0]: deployed",
        "PolicyDocument of Queues[0]: deployed",
        "SourceAccount: deployed 123456789012, is 210987654321",
        "StatusCode: deployed 401, is 403",
        "ResponseParameters[gatewayresponse.header.WWW-Authenticate]: deployed 'Bearer', is not set",
    ] {
        assert!(found.stdout.contains(expected), "{expected} in {found}");
    }
    project.aws.delete_resource(&id("Unauthorized"));
    project.aws.delete_resource(&id("Invoke"));
    let found = project.run(&["drift", "orders"]).expect(3);
    assert!(found.stdout.contains("Invoke        resource: deployed to exist, is deleted"), "{found}");
    assert!(found.stdout.contains("Unauthorized  resource: deployed to exist, is deleted"), "{found}");
}

#[test]
fn a_permission_of_an_account_is_as_its_model_by_number_and_by_root() {
    let permission = |id: &str, principal: &str| {
        format!(
            "  {id}: {{Type: AWS::Lambda::Permission, Properties: {{FunctionName: !Ref Handler, Action: 'lambda:InvokeFunction', Principal: '{principal}'}}}}\n"
        )
    };
    let (functions, _) = POLICIES.split_once("  Api:").unwrap();
    let number = permission("Number", "123456789012");
    let root = permission("Root", "arn:aws:iam::123456789012:root");
    let project = Project::new(&format!("{functions}{number}{root}"));
    project.deploy().expect(0);
    let before = project.called("GetPolicy");
    project.run(&["drift", "orders"]).expect(0);
    assert_eq!(project.called("GetPolicy"), before + 1, "one policy has them all");
}

#[test]
fn on_the_local_cloud_policies_and_responses_are_as_their_model() {
    let (project, cloud) = (Project::new(POLICIES), LocalCloud::fresh());
    let deployed = project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    assert!(!deployed.stderr.contains("expected"), "{deployed}");
    project.run_on(&cloud, &["drift", "orders"]).expect(0);
}

#[test]
fn on_the_local_cloud_a_rule_is_found_on_its_own_bus() {
    let rules = "
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  Placed: {Type: AWS::Events::Rule, Properties: {EventBusName: !Ref Bus, EventPattern: {source: [shop]}}}
  Nightly: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day)}}
";
    let (project, cloud) = (Project::new(rules), LocalCloud::fresh());
    let deployed = project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    assert!(!deployed.stderr.contains("expected"), "{deployed}");
    project.change(&rules.replace("[shop]", "[orders]"));
    let deployed = project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    assert!(!deployed.stderr.contains("expected"), "{deployed}");
    project.run_on(&cloud, &["drift", "orders"]).expect(0);
    let destroyed = project.run_on(&cloud, &["destroy", "orders", "--yes"]).expect(0);
    assert!(destroyed.stderr.contains("none is left"), "{destroyed}");
}
