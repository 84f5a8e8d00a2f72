//! Examples of requests to HTTP APIs and function URLs.

use serde_json::json;
use testing::LocalCloud;

use crate::project::Project;

/// An HTTP API and a URL, and the role of the functions behind them.
const SHOP: &str = "
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: shop, ProtocolType: HTTP}}
  Calls:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt Behind.Arn
      PayloadFormatVersion: '2.0'
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: 'PUT /orders/{id}/{rest+}', Target: !Sub 'integrations/${Calls}'}
  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !GetAtt Linked.Arn, AuthType: AWS_IAM}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
";

/// A function that answers what it is asked.
fn function(id: &str) -> String {
    format!(
        "  {id}:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: {}
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: {{ZipFile: 'def handler(event, context): return event'}}
",
        id.to_lowercase()
    )
}

#[test]
fn a_function_behind_an_http_api_or_a_url_gets_a_request_in_format_2() {
    let cloud = LocalCloud::fresh();
    let functions: String = ["Behind", "Linked", "Alone"].into_iter().map(function).collect();
    let project = Project::new(&format!("{SHOP}{functions}"));
    project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    let invoke = |function: &str, more: &[&str]| {
        project.run_on(&cloud, &[&["invoke", "orders", function, "--example", "api", "--json"], more].concat())
    };
    let asked = invoke("Behind", &["--body", r#"{"amount": 1}"#]).expect(0).json()["answer"].take();
    assert_eq!(asked["routeKey"], "PUT /orders/{id}/{rest+}");
    assert_eq!((&asked["rawPath"], &asked["version"]), (&json!("/orders/example/example"), &json!("2.0")));
    assert_eq!(asked["requestContext"]["http"]["method"], "PUT");
    assert_eq!(asked["pathParameters"], json!({"id": "example", "rest": "example"}));
    assert_eq!(asked["body"], r#"{"amount": 1}"#);

    let asked = invoke("Linked", &[]).expect(0).json()["answer"].take();
    assert_eq!((&asked["rawPath"], &asked["requestContext"]["http"]["method"]), (&json!("/"), &json!("GET")));
    assert!(asked.get("pathParameters").is_none() && asked.get("body").is_none(), "{asked:#}");

    let refused = invoke("Alone", &[]).expect(1);
    assert!(refused.stderr.contains("`orders` has no route that leads to `Alone`"), "{refused}");
}
