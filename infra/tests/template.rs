//! The template of a stack with a resource of every module that the systems do not use.

use infra::apigateway::{
    self, AccessLogSetting, Account, ApiResource, ApiStage, Authorization, HttpMethod, Integration,
    IntegrationResponse, LoggingLevel, Method, MethodResponse, MethodSetting, Model, PassthroughBehavior,
    RequestParameter, RequestValidator, RestApi, ServiceIntegration,
};
use infra::iam::{InlinePolicy, ManagedPolicy, Policy, PolicyDocument, Role, Statement};
use infra::logs::LogGroup;
use infra::parameter::{AccountId, Parameter};
use infra::sqs::{RedriveAllowPolicy, StandardQueue};
use infra::{Milliseconds, Raw, Ref, Stack, Stage, Template, Value, iam};
use policies::action;
use serde_json::json;

/// `POST /messages` puts the body into a queue, with no function between.
fn messages(stack: &mut Stack, queue: Ref<StandardQueue>, role: Ref<Role>) -> Ref<RestApi> {
    let api = stack.named("Api").add(RestApi { description: Some("messages".into()), ..RestApi::named("messages") });
    let path = stack.named("Messages").add(ApiResource {
        rest_api_id: api,
        parent_id: None,
        path_part: "messages".to_owned(),
    });
    let model = stack.named("Message").add(Model {
        rest_api_id: api,
        name: Some("Message".into()),
        content_type: "application/json".to_owned(),
        description: None,
        schema: json!({"type": "object", "properties": {"anything": {}}}),
    });
    let validator = stack.named("Validator").add(RequestValidator {
        rest_api_id: api,
        name: None,
        validate_request_body: true,
        validate_request_parameters: true,
    });
    let content_type = "'application/x-www-form-urlencoded'".to_owned();
    let send = ServiceIntegration {
        uri: Value::from(queue.attribute("QueueName"))
            .surrounded("arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/", ""),
        integration_http_method: HttpMethod::Post,
        credentials: role.into(),
        request_parameters: [("integration.request.header.Content-Type".to_owned(), content_type)].into(),
        request_templates: [(
            "application/json".to_owned(),
            "Action=SendMessage&MessageBody=$util.urlEncode($input.body)".to_owned(),
        )]
        .into(),
        passthrough_behavior: PassthroughBehavior::Never,
        integration_responses: vec![IntegrationResponse {
            status_code: 202,
            selection_pattern: Some("200".to_owned()),
            response_parameters: [].into(),
            response_templates: [("application/json".to_owned(), "{}".to_owned())].into(),
        }],
        timeout: Some(Milliseconds::of::<5_000>()),
    };
    stack.named("Post").add(Method {
        authorization: Authorization::AwsIam,
        request_parameters: [(RequestParameter::Header("X-Source".to_owned()), true)].into(),
        request_models: [("application/json".to_owned(), model)].into(),
        request_validator_id: Some(validator),
        method_responses: vec![MethodResponse {
            status_code: 202,
            response_parameters: [].into(),
            response_models: [("application/json".to_owned(), model)].into(),
        }],
        ..Method::open(api, Some(path), HttpMethod::Post, Integration::AwsService(send))
    });
    api
}

fn stack() -> Stack {
    let mut stack = Stack::new("example", &Stage::default());
    let partner = stack.parameter("Partner", Parameter::<AccountId>::default());

    let queue = stack
        .named("Queue")
        .add(StandardQueue { redrive_allow_policy: Some(RedriveAllowPolicy::DenyAll), ..StandardQueue::default() });
    let send = Statement::allow([action::sqs::SEND_MESSAGE]).on(queue.arn());
    let boundary = stack
        .named("Boundary")
        .add(ManagedPolicy::new(PolicyDocument::from([Statement::allow([policies::Action::new("sqs:*")]).on("*")])));
    let role = stack.named("SendRole").add(Role {
        policies: vec![InlinePolicy { policy_name: "send".to_owned(), policy_document: [send.clone()].into() }],
        permissions_boundary: Some(boundary.into()),
        ..Role::for_service("apigateway.amazonaws.com")
    });
    let trust = Statement::allow([action::sts::ASSUME_ROLE]).principal(iam::account_root(&partner));
    let partner =
        stack.named("PartnerRole").add(Role { assume_role_policy_document: [trust].into(), ..Role::for_service("") });
    stack.named("PartnerPolicy").add(Policy {
        policy_name: "send".to_owned(),
        policy_document: [send].into(),
        roles: vec![partner],
    });

    let logs_role = stack.named("ApiLogsRole").add(Role {
        managed_policy_arns: vec![ManagedPolicy::aws("service-role/AmazonAPIGatewayPushToCloudWatchLogs")],
        ..Role::for_service("apigateway.amazonaws.com")
    });
    let account = stack.named("ApiAccount").add(Account { cloud_watch_role_arn: logs_role.into() });
    let logs = stack.named("AccessLogs").add(LogGroup::default());
    let api = messages(&mut stack, queue, role);
    let deployment = apigateway::deploy(&mut stack, "Deployment", api);
    let all = MethodSetting { logging_level: Some(LoggingLevel::Error), ..MethodSetting::all() };
    stack.named("Stage").depends_on(account).add(ApiStage {
        access_log_setting: Some(AccessLogSetting::json(logs)),
        method_settings: vec![all],
        tracing_enabled: Some(true),
        ..ApiStage::of(api, deployment, "v1")
    });

    let topic = stack.named("Topic").add(Raw::new("AWS::SNS::Topic", [("DisplayName", json!("orders"))]));
    stack.output("TopicArn", topic.attribute("TopicArn"));
    stack
}

#[test]
fn every_module_renders() {
    insta::assert_snapshot!("every_module", Template::render(&stack()).to_yaml());
}

#[test]
fn nothing_is_found_wrong() {
    let findings: Vec<_> = infra::check(&stack()).iter().map(ToString::to_string).collect();
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn a_schema_keeps_what_is_empty_in_it() {
    let template = Template::render(&stack());
    let schema = template.resource("Message").unwrap()["Properties"]["Schema"].as_str().unwrap();
    assert_eq!(schema, r#"{"type":"object","properties":{"anything":{}}}"#);
}

#[test]
fn what_is_empty_in_a_raw_resource_is_said() {
    let mut stack = Stack::new("example", &Stage::default());
    let properties =
        [("MessageBody", json!({})), ("Nested", json!({"Rules": [], "Filter": {}})), ("Left", json!(null))];
    stack.named("It").add(Raw::new("Custom::Thing", properties));
    let template = Template::render(&stack);
    let rendered = &template.resource("It").unwrap()["Properties"];
    assert_eq!(*rendered, json!({"MessageBody": {}, "Nested": {"Rules": [], "Filter": {}}}));
}
