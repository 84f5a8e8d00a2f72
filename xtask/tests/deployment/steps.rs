//! Plans that CloudFormation cannot carry out in one update.

use aws_fake::{At, Denial, Fault};

use crate::project::Project;

/// A table with indexes of these names, each on the attribute of its name.
fn table(indexes: &[&str]) -> String {
    let attribute = |name: &&str| format!("{{AttributeName: {name}, AttributeType: S}}");
    let attributes: Vec<_> = ["id"].iter().chain(indexes).map(attribute).collect();
    let attributes = attributes.join(", ");
    let index = |name: &&str| {
        format!(
            "{{IndexName: {name}, KeySchema: [{{AttributeName: {name}, KeyType: HASH}}], Projection: {{ProjectionType: ALL}}}}"
        )
    };
    let indexes: Vec<_> = indexes.iter().map(index).collect();
    format!(
        "
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: shop-orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{attributes}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
      GlobalSecondaryIndexes: [{}]
",
        indexes.join(", ")
    )
}

#[test]
fn indexes_change_one_at_a_time() {
    let project = Project::new(&table(&["a", "b"]));
    project.deploy().expect(0);
    project.change(&table(&["c", "d"]));
    let shown = project.run(&["diff", "orders"]).expect(0);
    assert!(shown.stdout.contains("in 4 steps"), "{shown}");
    let before = project.called("ExecuteChangeSet");
    project.deploy().expect(0);
    assert_eq!(project.called("ExecuteChangeSet") - before, 4);
    project.run(&["diff", "orders", "--exit-code"]).expect(0);
    project.run(&["drift", "orders"]).expect(0);
}

#[test]
fn a_step_that_fails_is_said_and_the_next_deployment_does_the_rest() {
    let project = Project::new(&table(&["a", "b"]));
    project.deploy().expect(0);
    project.change(&table(&["c"]));
    // The first step is done, and the second refused.
    project.aws.fault(At::nth("cloudformation", "ExecuteChangeSet", 3), Fault::AccessDenied(Denial::NoIdentityPolicy));
    let refused = project.deploy().expect(1);
    assert!(refused.stderr.contains("probably lack `cloudformation:ExecuteChangeSet`"), "{refused}");
    let rest = project.run(&["diff", "orders"]).expect(0);
    assert!(rest.stdout.contains("in 2 steps"), "{rest}");
    project.deploy().expect(0);
    project.run(&["diff", "orders", "--exit-code"]).expect(0);
}

const API: &str = "
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop}
  Get:
    Type: AWS::ApiGateway::Method
    Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE}
  Put:
    Type: AWS::ApiGateway::Method
    Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: PUT, AuthorizationType: NONE}
  DeploymentOne:
    Type: AWS::ApiGateway::Deployment
    DependsOn: [Get, Put]
    Properties: {RestApiId: !Ref Api}
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, DeploymentId: !Ref DeploymentOne, StageName: v1}
";

#[test]
fn a_route_is_gone_before_the_deployment_without_it_is_made() {
    let project = Project::new(API);
    project.deploy().expect(0);
    let put = API.find("  Put:").unwrap();
    let end = API.find("  DeploymentOne:").unwrap();
    let after = format!("{}{}", &API[..put], &API[end..]);
    project.change(&after.replace("[Get, Put]", "[Get]").replace("DeploymentOne", "DeploymentTwo"));
    let made = |id: &str| project.aws.physical_id("orders-dev", id);
    assert!(made("Put").is_some());
    let deployed = project.deploy().expect(0);
    let gone = deployed.stderr.find("- Put ").unwrap();
    let redeployed = deployed.stderr.find("✓ DeploymentTwo").unwrap();
    assert!(gone < redeployed, "{deployed}");
    project.run(&["diff", "orders", "--exit-code"]).expect(0);
}
