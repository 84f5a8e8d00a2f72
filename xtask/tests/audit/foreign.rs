//! The rules about wiring, on templates that others wrote, each in their own way.

use engine::audit::audited::Audited;
use engine::audit::wiring;

const TOPIC_TO_QUEUE: &str = "
Resources:
  Topic:
    Type: AWS::SNS::Topic
  Queue:
    Type: AWS::SQS::Queue
  Dead:
    Type: AWS::SQS::Queue
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement:
          - {Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': 'false'}}}
          - Effect: Allow
            Principal: {Service: [s3.amazonaws.com, sns.amazonaws.com]}
            Action: SQS:SendMessage
            Resource: !GetAtt Queue.Arn
            Condition: {ArnEquals: {'AWS:sourcearn': !Ref Topic}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
";

const ROUTE: &str = "
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: orders
      Runtime: python3.13
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {ZipFile: 'pass'}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: orders}
  Orders:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}
  Order:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: '{id}'}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Order
      HttpMethod: GET
      AuthorizationType: NONE
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Join ['', ['arn:aws:apigateway:', !Ref AWS::Region, ':lambda:path/2015-03-31/functions/', !GetAtt Function.Arn, '/invocations']]
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Api, DeploymentId: d, StageName: prod}
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Function
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/orders/*'
";

const GATEWAY_TO_QUEUE: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: orders}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {Service: apigateway.amazonaws.com}, Action: sts:AssumeRole}
  Send:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: send
      Roles: [!Ref Role]
      PolicyDocument:
        Statement: {Effect: Allow, Action: sqs:SendMessage, Resource: !Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:orders'}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: orders}
  Post:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      Integration:
        Type: AWS
        Credentials: !GetAtt [Role, Arn]
        Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${Queue.QueueName}'
";

const EVENTS: &str = "
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties: {Role: 'arn:aws:iam::123456789012:role/orders', Code: {ZipFile: 'pass'}}
  Dead:
    Type: AWS::SQS::Queue
  Rule:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets: [{Id: one, Arn: !GetAtt Function.Arn, DeadLetterConfig: {Arn: !GetAtt Dead.Arn}}]
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !GetAtt Function.Arn
      Principal: events.amazonaws.com
      SourceArn: !Sub 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:rule/${Rule}'
  DeadPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!GetAtt Dead.QueueUrl]
      PolicyDocument:
        Statement:
          Effect: Allow
          Principal: {Service: events.amazonaws.com}
          Action: ['sqs:*']
          Resource: '*'
          Condition: {ArnLike: {'aws:SourceArn': [!GetAtt Rule.Arn, 'arn:aws:events:*:*:rule/other']}}
";

const BUCKET: &str = "
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub images-${AWS::AccountId}
      NotificationConfiguration:
        LambdaConfigurations: [{Event: 's3:ObjectCreated:*', Function: !GetAtt Function.Arn}]
  Function:
    Type: AWS::Lambda::Function
    Properties: {Role: 'arn:aws:iam::123456789012:role/orders', Code: {ZipFile: 'pass'}}
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:*
      FunctionName: !GetAtt Function.Arn
      Principal: s3.amazonaws.com
      SourceAccount: !Ref AWS::AccountId
      SourceArn: !Sub ['arn:aws:s3:::${Name}', {Name: !Sub 'images-${AWS::AccountId}'}]
";

/// What is found in `template`, in which each of `changes` replaces one text by another.
#[track_caller]
fn check(template: &str, changes: &[(&str, &str)], expected: &[&str]) {
    let change = |text: String, (from, to): &(&str, &str)| {
        assert!(text.contains(from), "no `{from}` in the template");
        text.replace(from, to)
    };
    let template = translate::template(&changes.iter().fold(template.to_owned(), change)).unwrap();
    let found = wiring::findings(&Audited::file(&template, "template.yaml"));
    let lines: Vec<_> = found.iter().map(|it| format!("{}: {}", it.rule.id, it.message)).collect();
    assert_eq!(lines, expected, "{changes:?}");
    let places = found.iter().map(|it| it.location.as_deref().unwrap_or_default());
    assert!(places.into_iter().all(|it| it.starts_with("template.yaml:")), "{found:#?}");
}

#[test]
fn a_queue_lets_its_topic_in_by_any_statement_that_says_so() {
    check(TOPIC_TO_QUEUE, &[], &[]);
    let source = "{ArnEquals: {'AWS:sourcearn': !Ref Topic}}";
    let refused = "RP91: `Queue` does not let `Topic` send its messages";
    for same in [
        "{StringEquals: {'aws:SourceArn': !GetAtt Topic.TopicArn}}",
        "{ArnLike: {'aws:SourceArn': !Sub 'arn:aws:sns:*:*:${Topic.TopicName}'}}",
        "{ArnLike: {'aws:SourceArn': [!Ref Other, !Ref Topic]}}",
    ] {
        check(TOPIC_TO_QUEUE, &[(source, same)], &[]);
    }
    for other in ["{ArnLike: {'aws:SourceArn': !Ref Other}}", "{ArnNotLike: {'aws:SourceArn': !Ref Topic}}"] {
        check(TOPIC_TO_QUEUE, &[(source, other)], &[refused]);
    }
    check(
        TOPIC_TO_QUEUE,
        &[("Service: [s3.amazonaws.com, sns.amazonaws.com]", "Service: s3.amazonaws.com")],
        &[refused],
    );
    check(TOPIC_TO_QUEUE, &[("Queues: [!Ref Queue]", "Queues: [!Ref Dead]")], &[refused]);
    check(TOPIC_TO_QUEUE, &[(", Condition: {Bool: {'aws:SecureTransport': 'false'}}", "")], &[refused]);
    let redrive = "Protocol: sqs, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}";
    let dead = "RP91: `Dead` does not let `Topic` send what it could not deliver";
    check(TOPIC_TO_QUEUE, &[("Protocol: sqs", redrive)], &[dead]);
}

#[test]
fn a_subscription_to_a_topic_or_a_queue_of_another_stack_is_judged_as_far_as_it_is_known() {
    let imported = "TopicArn: !ImportValue topic";
    check(TOPIC_TO_QUEUE, &[("TopicArn: !Ref Topic", imported), ("!Ref Topic}}", "!ImportValue topic}}")], &[]);
    check(TOPIC_TO_QUEUE, &[("Endpoint: !GetAtt Queue.Arn", "Endpoint: !ImportValue queue")], &[]);
}

#[test]
fn a_function_without_a_program_of_the_workspace_has_its_routes_judged() {
    check(ROUTE, &[], &[]);
    for name in ["!GetAtt Function.Arn", "orders", "!Sub '${Function}'"] {
        check(ROUTE, &[("FunctionName: !Ref Function", &format!("FunctionName: {name}"))], &[]);
    }
    check(ROUTE, &[("${Api}/*/GET/orders/*", "${Api}/prod/GET/orders/*")], &[]);
    let refused = "AG01: `Function` does not let API Gateway invoke it for `GET /orders/{id}`";
    let source = |path: &str| format!("arn:aws:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/*/{path}");
    let broad = |path: &str| {
        format!("AG04: `Permission` lets API Gateway invoke `Function` for `{}`, which is no route", source(path))
    };
    check(ROUTE, &[("/*/GET/orders/*", "/*/POST/orders/*")], &[refused, &broad("POST/orders/*")]);
    check(ROUTE, &[("/*/GET/orders/*", "/*/*")], &[&broad("*")]);
    check(ROUTE, &[("Principal: apigateway.amazonaws.com", "Principal: s3.amazonaws.com")], &[refused]);
}

#[test]
fn the_role_of_an_api_has_its_policies_wherever_they_are() {
    check(GATEWAY_TO_QUEUE, &[], &[]);
    let missing = "AG02: the role `Role` does not allow `sqs:SendMessage` on `Queue`";
    let unused = "AG03: the role `Role` allows `sqs:ReceiveMessage` on \
                  `arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:orders`, which nothing that has it needs";
    check(GATEWAY_TO_QUEUE, &[("sqs:SendMessage", "sqs:ReceiveMessage")], &[missing, unused]);
    check(GATEWAY_TO_QUEUE, &[("Action: sqs:SendMessage", "Action: [sqs:SendMessage, sqs:ReceiveMessage]")], &[unused]);
}

#[test]
fn a_rule_reaches_its_target_and_its_dead_letters() {
    check(EVENTS, &[], &[]);
    check(EVENTS, &[("rule/${Rule}", "rule/other")], &["RP91: `Function` does not let `Rule` deliver its events"]);
    let dead = "RP91: `Dead` does not let `Rule` deliver what it could not deliver";
    check(EVENTS, &[("[!GetAtt Rule.Arn, ", "[")], &[dead]);
}

#[test]
fn a_bucket_is_known_by_the_name_that_it_is_given() {
    check(BUCKET, &[], &[]);
    let refused = "RP91: `Function` does not let `Bucket` notify it";
    check(BUCKET, &[("{Name: !Sub 'images-", "{Name: !Sub 'other-")], &[refused]);
}

#[test]
fn a_role_that_plain_functions_share_is_found() {
    let function = "Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}";
    let template =
        format!("Resources:\n  One: {{{function}}}\n  Two: {{{function}}}\n  Role: {{Type: AWS::IAM::Role}}\n");
    let shared = "LP11: the role `Role` is that of `One`, `Two`, so that each has the rights of all";
    check(&template, &[], &[shared]);
}
