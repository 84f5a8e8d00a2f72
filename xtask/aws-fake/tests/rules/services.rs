//! What the other services tell of resources.

use std::sync::{Arc, Mutex};

use aws_sdk_apigateway::types::{Op, PatchOperation};
use aws_sdk_dynamodb::types::{PointInTimeRecoverySpecification, Select, TimeToLiveSpecification};
use aws_sdk_ecr::types::{ImageScanningConfiguration, ImageTagMutability};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;

use crate::client::{Aws, refusal};

const ALL: &str = "
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      GlobalSecondaryIndexes: [{IndexName: by-time, KeySchema: [{AttributeName: time, KeyType: HASH}]}]
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: orders, DelaySeconds: 5, RedrivePolicy: {maxReceiveCount: 3}}}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: orders.fifo, FifoTopic: true}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn, FilterPolicy: {kind: [new]}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: orders
      AssumeRolePolicyDocument: {}
      Policies: [{PolicyName: own, PolicyDocument: {Statement: [{Action: 'sqs:*'}]}}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: orders
      Role: !GetAtt Role.Arn
      MemorySize: 128
      Environment: {Variables: {TABLE: !Ref Table}}
      Code: {S3Bucket: artifacts, S3Key: zip}
  Invocation:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: {FunctionName: !Ref Function, Qualifier: $LATEST, MaximumRetryAttempts: 1}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Function, EventSourceArn: !GetAtt Queue.Arn}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/lambda/orders, RetentionInDays: 7}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  Rule: {Type: AWS::Events::Rule, Properties: {Name: placed, EventBusName: !Ref Bus, EventPattern: {source: [shop]}}}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: orders}}
  Path: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: x}}
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Path
      HttpMethod: GET
      AuthorizationType: NONE
      Integration: {Type: MOCK}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Method, Properties: {RestApiId: !Ref Api}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: live, DeploymentId: !Ref Deployment}}
";

/// AWS with a stack of everything.
async fn start() -> Aws {
    let aws = Aws::start().await;
    aws.has("orders", ALL);
    aws
}

fn id(aws: &Aws, logical_id: &str) -> String {
    aws.fake.physical_id("orders", logical_id).unwrap()
}

fn delete(aws: &Aws) {
    for (_, _, physical_id) in &aws.fake.stacks()[0].resources {
        aws.fake.delete_resource(physical_id);
    }
}

#[tokio::test]
async fn the_account_is_always_the_same() {
    let aws = Aws::start().await;
    let sts = aws_sdk_sts::Client::new(&aws.config);
    assert_eq!(sts.get_caller_identity().send().await.unwrap().account(), Some("123456789012"));
}

#[tokio::test]
async fn tables() {
    let aws = start().await;
    let dynamodb = aws_sdk_dynamodb::Client::new(&aws.config);
    let described = dynamodb.describe_table().table_name("orders").send().await.unwrap();
    let table = described.table().unwrap();
    assert_eq!(table.key_schema()[0].attribute_name(), "id");
    assert_eq!(table.global_secondary_indexes()[0].index_name(), Some("by-time"));
    let ttl = dynamodb.describe_time_to_live().table_name("orders").send().await.unwrap();
    assert_eq!(ttl.time_to_live_description().unwrap().attribute_name(), Some("expires"));
    let same = TimeToLiveSpecification::builder().attribute_name("expires").enabled(true).build().unwrap();
    let again = dynamodb.update_time_to_live().table_name("orders").time_to_live_specification(same);
    assert_eq!(refusal(again.send().await), ("ValidationException".into(), "TimeToLive is already enabled".into()));

    let recovery = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build().unwrap();
    let set = dynamodb.update_continuous_backups().table_name("orders").point_in_time_recovery_specification(recovery);
    set.send().await.unwrap();
    let backups = dynamodb.describe_continuous_backups().table_name("orders").send().await.unwrap();
    let recovery = backups.continuous_backups_description().unwrap().point_in_time_recovery_description().unwrap();
    assert_eq!(recovery.point_in_time_recovery_status().unwrap().as_str(), "ENABLED");

    aws.fake.put_items("orders", 1_204);
    let scan = dynamodb.scan().table_name("orders").select(Select::Count).limit(1_000).send().await.unwrap();
    assert_eq!((scan.count(), scan.last_evaluated_key().is_some()), (1_000, true));
    delete(&aws);
    assert_eq!(refusal(dynamodb.describe_table().table_name("orders").send().await).0, "ResourceNotFoundException");
}

#[tokio::test]
async fn queues() {
    let aws = start().await;
    let sqs = aws_sdk_sqs::Client::new(&aws.config);
    let url = sqs.get_queue_url().queue_name("orders").send().await.unwrap().queue_url().unwrap().to_owned();
    assert_eq!(url, id(&aws, "Queue"));
    aws.fake.put_messages(&url, 3);
    let all = sqs.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All).send().await.unwrap();
    let value = |name: &QueueAttributeName| all.attributes().unwrap()[name].clone();
    assert_eq!(value(&QueueAttributeName::DelaySeconds), "5");
    assert_eq!(value(&QueueAttributeName::RedrivePolicy), r#"{"maxReceiveCount":3}"#);
    assert_eq!(value(&QueueAttributeName::ApproximateNumberOfMessages), "3");
    delete(&aws);
    let gone = sqs.get_queue_url().queue_name("orders").send().await;
    assert!(gone.as_ref().unwrap_err().as_service_error().unwrap().is_queue_does_not_exist());
}

#[tokio::test]
async fn topics() {
    let aws = start().await;
    let sns = aws_sdk_sns::Client::new(&aws.config);
    let topic = sns.get_topic_attributes().topic_arn(id(&aws, "Topic")).send().await.unwrap();
    assert_eq!(topic.attributes().unwrap()["FifoTopic"], "true");
    let arn = id(&aws, "Subscription");
    let policy = || sns.get_subscription_attributes().subscription_arn(&arn).send();
    assert_eq!(policy().await.unwrap().attributes().unwrap()["FilterPolicy"], r#"{"kind":["new"]}"#);
    let set = sns.set_subscription_attributes().subscription_arn(&arn).attribute_name("FilterPolicy");
    set.attribute_value("{}").send().await.unwrap();
    assert_eq!(policy().await.unwrap().attributes().unwrap()["FilterPolicy"], "{}");
    let arn = id(&aws, "Topic");
    delete(&aws);
    assert_eq!(refusal(sns.get_topic_attributes().topic_arn(arn).send().await).0, "NotFound");
}

#[tokio::test]
async fn roles() {
    let aws = start().await;
    let iam = aws_sdk_iam::Client::new(&aws.config);
    let boundary = "arn:aws:iam::123456789012:policy/boundary";
    iam.put_role_permissions_boundary().role_name("orders").permissions_boundary(boundary).send().await.unwrap();
    let role = iam.get_role().role_name("orders").send().await.unwrap();
    let role = role.role().unwrap();
    assert_eq!(role.arn(), "arn:aws:iam::123456789012:role/orders");
    assert_eq!(role.permissions_boundary().unwrap().permissions_boundary_arn(), Some(boundary));
    let policy = iam.get_role_policy().role_name("orders").policy_name("own").send().await.unwrap();
    assert!(policy.policy_document().starts_with("%7B%22Statement%22"));
    assert_eq!(refusal(iam.get_role_policy().role_name("orders").policy_name("x").send().await).0, "NoSuchEntity");
    assert_eq!(iam.list_role_policies().role_name("orders").send().await.unwrap().policy_names(), ["own"]);
    let attached = iam.list_attached_role_policies().role_name("orders").send().await.unwrap();
    assert!(attached.attached_policies().is_empty());
    delete(&aws);
    assert_eq!(refusal(iam.get_role().role_name("orders").send().await).0, "NoSuchEntity");
}

#[tokio::test]
async fn functions() {
    let aws = start().await;
    let lambda = aws_sdk_lambda::Client::new(&aws.config);
    let place = aws_sdk_s3::types::BucketLocationConstraint::from(crate::client::REGION);
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(place).build();
    aws.s3().create_bucket().bucket("artifacts").create_bucket_configuration(place).send().await.unwrap();
    aws.s3().put_object().bucket("artifacts").key("zip").body(b"zip".to_vec().into()).send().await.unwrap();
    let function = lambda.get_function_configuration().function_name("orders").send().await.unwrap();
    assert_eq!(function.memory_size(), Some(128));
    assert_eq!(function.environment().unwrap().variables().unwrap()["TABLE"], "orders");
    assert_eq!(function.code_sha256().unwrap().len(), 44);

    // https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
    let update =
        |key: &str| lambda.update_function_code().function_name("orders").s3_bucket("artifacts").s3_key(key).send();
    assert_eq!(refusal(update("none").await).0, "InvalidParameterValueException");
    aws.s3().put_object().bucket("artifacts").key("other").body(b"other".to_vec().into()).send().await.unwrap();
    let updated = update("other").await.unwrap();
    assert_ne!(updated.code_sha256(), function.code_sha256());
    assert_eq!(updated.last_update_status().unwrap().as_str(), "InProgress");
    assert_eq!(refusal(update("zip").await).0, "ResourceConflictException");
    let status = async || {
        let function = lambda.get_function_configuration().function_name("orders").send().await.unwrap();
        function.last_update_status().unwrap().as_str().to_owned()
    };
    assert_eq!((status().await.as_str(), status().await.as_str()), ("InProgress", "Successful"));
    // https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html
    let arn = function.function_arn().unwrap();
    lambda.tag_resource().resource(arn).tags("who", "me").send().await.unwrap();
    assert_eq!(lambda.list_tags().resource(arn).send().await.unwrap().tags().unwrap()["who"], "me");
    let unknown = lambda.list_tags().resource(arn.replace("orders", "others")).send().await;
    assert_eq!(refusal(unknown).0, "ResourceNotFoundException");

    let concurrency = || lambda.get_function_concurrency().function_name("orders").send();
    assert_eq!(concurrency().await.unwrap().reserved_concurrent_executions(), None);
    let put = lambda.put_function_concurrency().function_name("orders").reserved_concurrent_executions(2);
    put.send().await.unwrap();
    assert_eq!(concurrency().await.unwrap().reserved_concurrent_executions(), Some(2));
    let update = lambda.update_function_event_invoke_config().function_name("orders").qualifier("$LATEST");
    update.maximum_event_age_in_seconds(60).send().await.unwrap();
    let invocation = lambda.get_function_event_invoke_config().function_name("orders").qualifier("$LATEST");
    let invocation = invocation.send().await.unwrap();
    assert_eq!(invocation.maximum_retry_attempts(), Some(1));
    assert_eq!(invocation.maximum_event_age_in_seconds(), Some(60));
    lambda.get_event_source_mapping().uuid(id(&aws, "Mapping")).send().await.unwrap();
    delete(&aws);
    let gone = lambda.get_function_configuration().function_name("orders").send().await;
    assert_eq!(refusal(gone).0, "ResourceNotFoundException");
}

#[tokio::test]
async fn apis() {
    let aws = start().await;
    let gateway = aws_sdk_apigateway::Client::new(&aws.config);
    let (api, resource) = (id(&aws, "Api"), id(&aws, "Path"));
    gateway.get_rest_api().rest_api_id(&api).send().await.unwrap();
    let stage = gateway.get_stage().rest_api_id(&api).stage_name("live").send().await.unwrap();
    assert_eq!(stage.deployment_id(), Some(id(&aws, "Deployment").as_str()));
    assert_eq!(refusal(gateway.get_stage().rest_api_id(&api).stage_name("no").send().await).0, "NotFoundException");
    let made = gateway.create_request_validator().rest_api_id(&api).name("body").send().await.unwrap();
    let validators = gateway.get_request_validators().rest_api_id(&api).send().await.unwrap();
    assert_eq!((validators.items()[0].id(), validators.items()[0].name()), (made.id(), Some("body")));
    let patch = PatchOperation::builder().op(Op::Replace).path("/requestValidatorId").value(made.id().unwrap()).build();
    let update = gateway.update_method().rest_api_id(&api).resource_id(&resource).http_method("GET");
    update.patch_operations(patch).send().await.unwrap();
    let method = gateway.get_method().rest_api_id(&api).resource_id(&resource).http_method("GET").send().await.unwrap();
    assert_eq!(method.request_validator_id(), made.id());
    assert_eq!(method.method_integration().unwrap().r#type().unwrap().as_str(), "MOCK");
    delete(&aws);
    assert_eq!(refusal(gateway.get_rest_api().rest_api_id(&api).send().await).0, "NotFoundException");
}

#[tokio::test]
async fn log_groups_buses_and_rules() {
    let aws = start().await;
    let logs = aws_sdk_cloudwatchlogs::Client::new(&aws.config);
    let groups = || logs.describe_log_groups().log_group_name_prefix("/aws/lambda/orders").send();
    assert_eq!(groups().await.unwrap().log_groups()[0].retention_in_days(), Some(7));
    aws.fake.set_property("/aws/lambda/orders", "RetentionInDays", json!(30));
    assert_eq!(groups().await.unwrap().log_groups()[0].retention_in_days(), Some(30));
    let events = aws_sdk_eventbridge::Client::new(&aws.config);
    let bus = || events.describe_event_bus().name("shop").send();
    let rule = || events.describe_rule().event_bus_name("shop").name("placed").send();
    bus().await.unwrap();
    assert_eq!(rule().await.unwrap().event_pattern(), Some(r#"{"source":["shop"]}"#));
    delete(&aws);
    assert!(groups().await.unwrap().log_groups().is_empty());
    assert_eq!(refusal(bus().await).0, "ResourceNotFoundException");
    assert_eq!(refusal(rule().await).0, "ResourceNotFoundException");
}

#[tokio::test]
async fn repositories_of_images() {
    let aws = start().await;
    let ecr = aws_sdk_ecr::Client::new(&aws.config);
    let describe = || ecr.describe_repositories().repository_names("shop/orders").send();
    let made = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&made);
    aws.fake.set_registry("127.0.0.1:1", move |name| seen.lock().unwrap().push(name.to_owned()));
    assert_eq!(refusal(describe().await).0, "RepositoryNotFoundException");
    let create = || {
        let create = ecr.create_repository().repository_name("shop/orders");
        let scan = ImageScanningConfiguration::builder().scan_on_push(true).build();
        create.image_tag_mutability(ImageTagMutability::Immutable).image_scanning_configuration(scan).send()
    };
    create().await.unwrap();
    assert_eq!(refusal(create().await).0, "RepositoryAlreadyExistsException");
    assert_eq!(*made.lock().unwrap(), ["shop/orders"]);
    assert_eq!(describe().await.unwrap().repositories()[0].repository_uri(), Some("127.0.0.1:1/shop/orders"));
    let policy = || ecr.get_lifecycle_policy().repository_name("shop/orders").send();
    assert_eq!(refusal(policy().await).0, "LifecyclePolicyNotFoundException");
    ecr.put_lifecycle_policy().repository_name("shop/orders").lifecycle_policy_text("{}").send().await.unwrap();
    assert_eq!(policy().await.unwrap().lifecycle_policy_text(), Some("{}"));
    let repository = &aws.fake.repositories()["shop/orders"];
    assert_eq!((repository.image_tag_mutability.as_str(), repository.scan_on_push), ("IMMUTABLE", true));
    let token = ecr.get_authorization_token().send().await.unwrap();
    assert_eq!(token.authorization_data()[0].authorization_token(), Some("QVdTOnRva2Vu"));
}
