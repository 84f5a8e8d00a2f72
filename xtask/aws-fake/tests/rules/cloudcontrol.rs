//! What Cloud Control tells of resources of any type.

use aws_sdk_cloudcontrol::Client;
use serde_json::{Value as Json, json};

use crate::client::{Aws, refusal};

const STACK: &str = "
Resources:
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: depth
      Threshold: 1
      Dimensions: [{Name: A, Value: '1'}, {Name: B, Value: '2'}]
      Tags: [{Key: team, Value: shop}]
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {Name: key, SecretString: x}}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: orders}}
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api}}
  Mesh: {Type: AWS::AppMesh::Mesh, Properties: {MeshName: mesh}}
";

async fn start() -> (Aws, Client) {
    let aws = Aws::start().await;
    aws.fake.create_stack(crate::client::REGION, "orders", STACK, &[("project", "shop")]);
    let client = Client::new(&aws.config);
    (aws, client)
}

async fn read(client: &Client, resource_type: &str, identifier: &str) -> Json {
    let answer = client.get_resource().type_name(resource_type).identifier(identifier).send().await.unwrap();
    serde_json::from_str(answer.resource_description().unwrap().properties().unwrap()).unwrap()
}

#[tokio::test]
async fn a_resource_is_told_as_a_template_would_have_it() {
    let (aws, client) = start().await;
    let alarm = read(&client, "AWS::CloudWatch::Alarm", "depth").await;
    assert_eq!((&alarm["Threshold"], &alarm["AlarmName"]), (&json!(1), &json!("depth")));
    assert!(alarm["Arn"].is_string(), "what AWS sets is there: {alarm}");
    // A list without order comes in any.
    assert_eq!(alarm["Dimensions"], json!([{"Name": "B", "Value": "2"}, {"Name": "A", "Value": "1"}]));
    let keys: Vec<_> = alarm["Tags"].as_array().unwrap().iter().map(|tag| tag["Key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["aws:cloudformation:logical-id", "aws:cloudformation:stack-id", "project", "team"]);
    let secret = read(&client, "AWS::SecretsManager::Secret", &aws.fake.physical_id("orders", "Secret").unwrap()).await;
    assert_eq!(secret.get("SecretString"), None);
    let id = |logical_id: &str| aws.fake.physical_id("orders", logical_id).unwrap();
    let deployment = format!("{}|{}", id("Deployment"), id("Api"));
    assert_eq!(read(&client, "AWS::ApiGateway::Deployment", &deployment).await["RestApiId"], id("Api"));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let (aws, client) = start().await;
    let read = |resource_type: &str, identifier: &str| {
        let call = client.get_resource().type_name(resource_type).identifier(identifier);
        async move { refusal(call.send().await) }
    };
    let (code, message) = read("AWS::AppMesh::Mesh", "mesh").await;
    assert_eq!(code, "UnsupportedActionException");
    assert_eq!(message, "Resource type AWS::AppMesh::Mesh does not support READ action");
    assert_eq!(read("AWS::AppMesh::Mash", "mesh").await.0, "TypeNotFoundException");
    aws.fake.delete_resource("depth");
    assert_eq!(read("AWS::CloudWatch::Alarm", "depth").await.0, "ResourceNotFoundException");
}
