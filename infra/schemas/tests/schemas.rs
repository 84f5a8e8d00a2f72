//! The embedded schemas: complete, readable, and right about what the plan asks them.

use schemas as schema;

#[test]
fn every_type_can_be_read() {
    let types: Vec<_> = schema::types().collect();
    assert!(types.len() > 1_500, "{} types", types.len());
    assert!(types.is_sorted());
    let empty: Vec<_> =
        types.into_iter().filter(|name| schema::of(name).is_none_or(|it| it.properties().next().is_none())).collect();
    assert!(empty.is_empty(), "without properties: {empty:?}");
}

#[test]
fn what_forces_replacement_is_known_by_path() {
    let queue = schema::of("AWS::SQS::Queue").unwrap();
    assert!(queue.create_only(&["QueueName"]));
    assert!(!queue.create_only(&["VisibilityTimeout"]));
    assert!(!queue.create_only(&["Nothing"]));

    let function = schema::of("AWS::Lambda::Function").unwrap();
    assert!(function.create_only(&["TenancyConfig", "TenantIsolationMode"]));
    assert!(!function.create_only(&[]));

    let table = schema::of("AWS::DynamoDB::Table").unwrap();
    assert!(table.conditionally_create_only(&["KeySchema", "0", "AttributeName"]));
    assert!(!table.create_only(&["KeySchema"]));
}

#[test]
fn attributes_are_those_of_get_att() {
    let attributes = |name| schema::of(name).unwrap().attributes().collect::<Vec<_>>();
    assert_eq!(attributes("AWS::DynamoDB::Table"), ["Arn", "StreamArn"]);
    assert!(attributes("AWS::SQS::Queue").contains(&"QueueName"));
    assert!(attributes("AWS::RDS::DBInstance").contains(&"Endpoint.Address"));
}

#[test]
fn tags_and_identifier_are_known() {
    let queue = schema::of("AWS::SQS::Queue").unwrap();
    assert_eq!(queue.tag_property(), Some("Tags"));
    assert_eq!(queue.primary_identifier().collect::<Vec<_>>(), ["QueueUrl"]);
    assert_eq!(schema::of("AWS::SQS::QueuePolicy").unwrap().tag_property(), None);
}

#[test]
fn how_live_resources_are_read_is_known() {
    let alarm = schema::of("AWS::CloudWatch::Alarm").unwrap();
    assert_eq!(alarm.reading(), Some(&["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"][..]));
    assert!(alarm.is_unordered(&["Metrics", "0", "MetricStat", "Metric", "Dimensions"]));
    assert!(!alarm.is_unordered(&["Dimensions", "0"]));
    assert_eq!(schema::of("AWS::AppMesh::Mesh").unwrap().reading(), None);
    let secret = schema::of("AWS::SecretsManager::Secret").unwrap();
    assert!(secret.write_only(&["GenerateSecretString", "SecretStringTemplate"]));
    assert!(!secret.write_only(&["Description"]));
    assert!(schema::of("AWS::AmazonMQ::Broker").unwrap().rewritten(&["EngineType"]));
    assert!(schema::of("AWS::ApiGateway::Stage").unwrap().is_map(&["Variables"]));
    let service = schema::of("AWS::ECS::Service").unwrap();
    assert_eq!(service.primary_identifier().collect::<Vec<_>>(), ["ServiceArn", "Cluster"]);
    assert!(alarm.accepts(&["Namespace"], "AWS/SQS") && !alarm.accepts(&["Namespace"], ":"));
}

#[test]
fn a_type_that_does_not_exist_has_a_nearest_one() {
    assert!(schema::of("AWS::DynamoDB::Tabel").is_none());
    assert_eq!(schema::nearest_type("AWS::DynamoDB::Tabel"), Some("AWS::DynamoDB::Table"));
}
