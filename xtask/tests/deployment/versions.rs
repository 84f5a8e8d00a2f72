//! Versions of functions, and aliases that CodeDeploy shifts to them.

use tempfile::TempDir;
use testing::LocalCloud;

use crate::artifacts::FUNCTION;
use crate::project::{Project, write_app};

/// A function with a version and an alias, as `parts::gradual_alias` adds them.
pub(crate) fn versioned() -> String {
    let more = "
  Version:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Handler, Description: !Sub '${StacksCode} 0123456789abcdef'}
  Application:
    Type: AWS::CodeDeploy::Application
    Properties: {ComputePlatform: Lambda}
  DeploymentRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: codedeploy.amazonaws.com}, Action: 'sts:AssumeRole'}]
  DeploymentGroup:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref Application
      ServiceRoleArn: !GetAtt DeploymentRole.Arn
      DeploymentConfigName: CodeDeployDefault.LambdaCanary10Percent5Minutes
      DeploymentStyle: {DeploymentType: BLUE_GREEN, DeploymentOption: WITH_TRAFFIC_CONTROL}
  Live:
    Type: AWS::Lambda::Alias
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: !Ref Application, DeploymentGroupName: !Ref DeploymentGroup}
    Properties: {FunctionName: !Ref Handler, Name: live, FunctionVersion: !GetAtt Version.Version}
  Queue:
    Type: AWS::SQS::Queue
  Failures:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Select [6, !Split [':', !Ref Live]]
      Qualifier: !Select [7, !Split [':', !Ref Live]]
      MaximumRetryAttempts: 1
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Live, Action: 'lambda:InvokeFunction', Principal: events.amazonaws.com}
";
    format!("{FUNCTION}{more}")
}

#[tokio::test]
async fn the_local_cloud_gives_an_alias_its_new_version_at_once() {
    let (yaml, cloud, workspace) = (versioned(), LocalCloud::fresh(), TempDir::new().unwrap());
    let project = Project::new(&yaml);
    project.declare_function(&yaml);
    let lambda = aws_sdk_lambda::Client::new(&cloud.sdk_config());
    let deploy = async |comment: &str| {
        write_app(workspace.path(), comment);
        project.run_in(workspace.path(), &cloud, &["deploy", "orders", "--yes"]).expect(0);
        let functions = lambda.list_functions().send().await.unwrap();
        let name = functions.functions()[0].function_name().unwrap().to_owned();
        let alias = lambda.get_alias().function_name(&name).name("live").send().await.unwrap();
        let live = lambda.get_function_configuration().function_name(&name).qualifier("live").send().await.unwrap();
        let latest = lambda.get_function_configuration().function_name(&name).send().await.unwrap();
        assert_eq!(live.code_sha256(), latest.code_sha256());
        alias.function_version().unwrap().to_owned()
    };
    assert_eq!(deploy("one").await, "1");
    assert_eq!(deploy("two").await, "2");
    project.run_in(workspace.path(), &cloud, &["diff", "orders", "--exit-code"]).expect(0);
    let drift = project.run_in(workspace.path(), &cloud, &["drift", "orders"]).expect(0);
    assert!(!drift.stdout.contains("Failures") && !drift.stdout.contains("Permission"), "{drift}");
    project.run_in(workspace.path(), &cloud, &["destroy", "orders", "--yes"]).expect(0);
}
