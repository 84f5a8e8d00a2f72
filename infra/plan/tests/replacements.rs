//! Which properties replace a resource when they change, and which do not: what AWS's documentation says of each type.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;

use infra::{Template, schema};
use plan::{Action, Plan, Snapshot};
use serde_json::json;

/// The types that the systems use, and common others, with the properties that replace a resource.
#[rustfmt::skip]
const REPLACING: [(&str, &[&str]); 56] = [
    ("AWS::ApiGateway::Account", &[]),
    ("AWS::ApiGateway::Deployment", &["DeploymentCanarySettings", "RestApiId"]),
    ("AWS::ApiGateway::GatewayResponse", &["ResponseType", "RestApiId"]),
    ("AWS::ApiGateway::Method", &["HttpMethod", "ResourceId", "RestApiId"]),
    ("AWS::ApiGateway::Model", &["ContentType", "Name", "RestApiId"]),
    ("AWS::ApiGateway::RequestValidator", &["Name", "RestApiId"]),
    ("AWS::ApiGateway::Resource", &["ParentId", "PathPart", "RestApiId"]),
    ("AWS::ApiGateway::RestApi", &[]),
    ("AWS::ApiGateway::Stage", &["RestApiId", "StageName"]),
    ("AWS::ApiGatewayV2::Api", &["ProtocolType"]),
    ("AWS::ApiGatewayV2::Route", &["ApiId"]),
    ("AWS::CloudFront::Distribution", &[]),
    ("AWS::CloudWatch::Alarm", &["AlarmName"]),
    ("AWS::Cognito::UserPool", &[]),
    ("AWS::Cognito::UserPoolClient", &["GenerateSecret", "UserPoolId"]),
    ("AWS::DynamoDB::Table", &["ImportSourceSpecification", "KeySchema", "TableName"]),
    ("AWS::EC2::SecurityGroup", &["GroupDescription", "GroupName", "VpcId"]),
    ("AWS::ECR::Repository", &["EncryptionConfiguration", "RepositoryName"]),
    ("AWS::ECS::Cluster", &["ClusterName"]),
    ("AWS::ECS::Service", &["Cluster", "LaunchType", "Role", "SchedulingStrategy", "ServiceName"]),
    ("AWS::EFS::FileSystem", &["AvailabilityZoneName", "Encrypted", "KmsKeyId", "PerformanceMode"]),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", &["Name", "Scheme", "Type"]),
    ("AWS::Events::EventBus", &["Name"]),
    ("AWS::Events::EventBusPolicy", &["EventBusName", "StatementId"]),
    ("AWS::Events::Rule", &["EventBusName", "Name"]),
    ("AWS::IAM::Group", &["GroupName"]),
    ("AWS::IAM::ManagedPolicy", &["Description", "ManagedPolicyName", "Path"]),
    ("AWS::IAM::Policy", &[]),
    ("AWS::IAM::Role", &["Path", "RoleName"]),
    ("AWS::IAM::User", &["UserName"]),
    ("AWS::KMS::Alias", &["AliasName"]),
    ("AWS::KMS::Key", &[]),
    ("AWS::Kinesis::Stream", &["Name"]),
    ("AWS::Lambda::Alias", &["FunctionName", "Name"]),
    ("AWS::Lambda::EventInvokeConfig", &["FunctionName", "Qualifier"]),
    ("AWS::Lambda::EventSourceMapping", &["EventSourceArn", "SelfManagedEventSource", "StartingPosition", "StartingPositionTimestamp"]),
    ("AWS::Lambda::Function", &["DurableConfig", "FunctionName", "PackageType", "TenancyConfig"]),
    ("AWS::Lambda::LayerVersion", &["CompatibleArchitectures", "CompatibleRuntimes", "Content", "Description", "LayerName", "LicenseInfo"]),
    ("AWS::Lambda::Permission", &["Action", "EventSourceToken", "FunctionName", "FunctionUrlAuthType", "InvokedViaFunctionUrl", "Principal", "PrincipalOrgID", "SourceAccount", "SourceArn"]),
    ("AWS::Lambda::Url", &["Qualifier", "TargetFunctionArn"]),
    ("AWS::Logs::LogGroup", &["LogGroupName"]),
    ("AWS::RDS::DBInstance", &["AvailabilityZone", "BackupTarget", "CharacterSetName", "CustomIAMInstanceProfile", "DBClusterIdentifier", "DBClusterSnapshotIdentifier", "DBInstanceIdentifier", "DBName", "DBSnapshotIdentifier", "DBSubnetGroupName", "DBSystemId", "Engine", "KmsKeyId", "MasterUsername", "NcharCharacterSetName", "PerformanceInsightsKMSKeyId", "RestoreTime", "SourceDBClusterIdentifier", "SourceDBInstanceAutomatedBackupsArn", "SourceDBInstanceIdentifier", "SourceDbiResourceId", "SourceRegion", "StorageEncrypted", "Timezone", "UseLatestRestorableTime"]),
    ("AWS::Route53::HostedZone", &["DelegationSetId", "Name"]),
    ("AWS::S3::Bucket", &["BucketName", "BucketNamePrefix", "BucketNamespace"]),
    ("AWS::S3::BucketPolicy", &["Bucket"]),
    ("AWS::SNS::Subscription", &["Endpoint", "Protocol", "Region", "TopicArn"]),
    ("AWS::SNS::Topic", &["FifoTopic", "TopicName"]),
    ("AWS::SNS::TopicPolicy", &[]),
    ("AWS::SQS::Queue", &["FifoQueue", "QueueName"]),
    ("AWS::SQS::QueuePolicy", &[]),
    ("AWS::SSM::Parameter", &["Name"]),
    ("AWS::Scheduler::Schedule", &["Name"]),
    ("AWS::SecretsManager::ResourcePolicy", &["SecretId"]),
    ("AWS::SecretsManager::Secret", &["Name"]),
    ("AWS::StepFunctions::StateMachine", &["StateMachineName", "StateMachineType"]),
    ("Custom::Thing", &["ServiceToken"]),
];

fn snapshot(of_type: &str, property: &str, value: &str) -> Snapshot {
    let resource = json!({"Type": of_type, "Properties": {property: value}});
    let template = Template::parse(&json!({"Resources": {"It": resource}}).to_string()).unwrap();
    Snapshot { template, ..Snapshot::default() }
}

/// The properties of a type that replace a resource when they change, come or go.
fn replacing(of_type: &str) -> Vec<&'static str> {
    let schema = schema::of(of_type).unwrap_or_else(|| panic!("there is no type {of_type}"));
    let mut properties: Vec<_> = schema.properties().filter(|name| !schema.read_only(&[name])).collect();
    properties.retain(|property| {
        let [one, other] = ["a", "b"].map(|value| snapshot(of_type, property, value));
        let none = snapshot(of_type, "None", "a");
        let actions = [(&one, &other), (&none, &one), (&one, &none)].map(|(before, after)| {
            let plan = Plan::between(Some(before), after);
            assert_eq!(plan.resources.len(), 1, "{of_type}.{property}");
            plan.resources[0].action
        });
        let are_changes = actions.iter().all(|action| matches!(action, Action::Update | Action::Replace));
        assert!(are_changes, "{of_type}.{property}: {actions:?}");
        actions.contains(&Action::Replace)
    });
    properties
}

#[test]
fn what_replaces_a_resource_is_what_aws_documents() {
    let found: BTreeMap<_, _> = REPLACING.iter().map(|(of_type, _)| (*of_type, replacing(of_type))).collect();
    let expected: BTreeMap<_, _> = REPLACING.iter().map(|(of_type, names)| (*of_type, names.to_vec())).collect();
    for (of_type, names) in &expected {
        assert_eq!(found[of_type], *names, "{of_type}");
    }
}
