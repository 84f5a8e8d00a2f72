//! What parts add: each resource by its logical id, with nothing wrong with it, and no right that is not needed.

use bindings::Program;
use bindings::apigatewaymanagement::{Connections, PostToConnection};
use infra::apigateway::RestApi;
use infra::apigatewayv2::{
    HttpApi, HttpAuthorization, JwtAuthorizer, WebSocketApi, WebSocketAuthorization, WebSocketAuthorizer,
};
use infra::codedeploy::DeploymentConfig;
use infra::dynamodb::{Key, S, StreamViewType, Table};
use infra::eks::Worker;
use infra::iam::{Principal, Role, Statement};
use infra::lambda::{
    Cluster, FailureDestination, Function, FunctionUrl, KafkaMapping, Position, StreamMapping, UrlAuth,
};
use infra::secretsmanager::{RotationSchedule, Secret};
use infra::sqs::StandardQueue;
use infra::stepfunctions::{
    Distributed, ExecutionType, Jsonata, LogLevel, Logging, Map, Mode, StateMachine, States, Succeed, jsonata,
};
use infra::{Days, Ref, Seconds, Stack, Stage, Template};
use parts::{Route, Shift, WebSocketRoutes};
use policies::action;
use serde::Serialize;
use serde_json::{Value as Json, json};

#[derive(Serialize)]
struct Answer {}

impl Program for Answer {
    const NAME: &'static str = "answer";
}

#[derive(Serialize)]
struct Post {
    connections: Connections<PostToConnection>,
}

impl Program for Post {
    const NAME: &'static str = "post";
}

fn answer(stack: &mut Stack) -> Ref<Function> {
    parts::function(stack, "Answer", Function::rust(Answer {}))
}

/// Asserts which resources `build` adds, in their order, and that nothing is wrong with the stack.
#[track_caller]
fn check(build: impl FnOnce(&mut Stack), expected: &[&str]) -> Template {
    let mut stack = Stack::new("shop", &Stage::default());
    build(&mut stack);
    assert_eq!(infra::check(&stack), []);
    let template = Template::render(&stack);
    let own = ["Answer", "AnswerLogGroup", "AnswerRole", "AnswerErrorsAlarm", "Queue", "Table", "Secret", "Users"];
    let added: Vec<_> = template.section("Resources").map(|(id, _)| id).filter(|id| !own.contains(id)).collect();
    assert_eq!(added, expected);
    template
}

fn properties<'a>(template: &'a Template, id: &str) -> &'a Json {
    template.resource(id).and_then(|resource| resource.get("Properties")).unwrap_or(&Json::Null)
}

#[test]
fn an_http_api_has_a_permission_for_each_route_and_a_role_for_each_queue() {
    let template = check(
        |stack| {
            let answer = answer(stack);
            let queue = stack.named("Queue").add(StandardQueue::default());
            let open = [Route::get("/", answer), Route::get("/orders/{id}", answer), Route::post("/orders", queue)];
            let api = parts::http_api(stack, "Api", HttpApi::named("shop"), &open);
            let users = JwtAuthorizer::new(api, "users", "https://users.example.com", ["shop"]);
            let authorizer = stack.named("Users").add(users);
            let with_token = HttpAuthorization::Jwt { authorizer, scopes: Vec::new() };
            parts::http_routes(stack, api, &with_token, &[Route::any("/admin/{rest+}", answer)]);
        },
        &[
            "Api",
            "ApiGetPermission",
            "ApiAnswerIntegration",
            "ApiGet",
            "ApiOrdersIdGetPermission",
            "ApiOrdersIdGet",
            "ApiOrdersPostRole",
            "ApiOrdersPostIntegration",
            "ApiOrdersPost",
            "ApiStage",
            "ApiAdminRestAnyPermission",
            "ApiAdminRestAny",
        ],
    );
    assert_eq!(properties(&template, "ApiAdminRestAny")["AuthorizerId"], json!({"Ref": "Users"}));
    let source = &properties(&template, "ApiAdminRestAnyPermission")["SourceArn"]["Fn::Sub"];
    assert_eq!(source, "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/*/admin/*");
}

#[test]
fn a_web_socket_api_has_a_route_for_each_function_which_may_post() {
    let template = check(
        |stack| {
            let api = stack.named("Chat").add(WebSocketApi::named("chat"));
            let post = Post { connections: api.connections("live").into() };
            let answer = parts::function(stack, "Answer", Function::rust(post));
            let routes = WebSocketRoutes {
                connect: Some((WebSocketAuthorization::AwsIam, answer.into())),
                disconnect: Some(answer.into()),
                actions: vec![("place-order", answer.into())],
                ..WebSocketRoutes::default()
            };
            parts::web_socket_routes(stack, api, "live", &routes);
        },
        &[
            "Chat",
            "ChatConnectPermission",
            "ChatAnswerIntegration",
            "ChatConnect",
            "ChatDisconnectPermission",
            "ChatDisconnect",
            "ChatPlaceOrderPermission",
            "ChatPlaceOrder",
            "ChatStage",
        ],
    );
    assert_eq!(properties(&template, "ChatConnect")["AuthorizationType"], "AWS_IAM");
    let statement = &properties(&template, "AnswerRole")["Policies"][0]["PolicyDocument"]["Statement"][0];
    assert_eq!(statement["Action"], json!(["execute-api:ManageConnections"]));
}

#[test]
fn an_address_for_anyone_has_both_permissions_and_one_for_principals_none() {
    let with = |auth_type| {
        move |stack: &mut Stack| {
            let url = FunctionUrl::of(answer(stack), auth_type);
            parts::function_url(stack, url);
        }
    };
    check(with(UrlAuth::None), &["AnswerUrlAsk", "AnswerUrlInvoke", "AnswerUrl"]);
    check(with(UrlAuth::AwsIam), &["AnswerUrl"]);
}

#[test]
fn a_mapping_waits_for_the_rights_to_read() {
    let template = check(
        |stack| {
            let answer = answer(stack);
            let dead = stack.named("Queue").add(StandardQueue::default());
            let table =
                Table { stream_specification: Some(StreamViewType::NewImage), ..Table::keyed(Key::hash(S("id"))) };
            let table = stack.named("Table").add(table);
            let on_failure = Some(FailureDestination::Queue(dead));
            let mapping = StreamMapping::new(table, answer, Position::TrimHorizon);
            parts::consume_stream(stack, StreamMapping { on_failure, ..mapping });
            let cluster = Cluster::Msk { arn: "arn:aws:kafka:eu-west-1:123456789012:cluster/c/1".into(), access: None };
            parts::consume_kafka(stack, "Clicks", KafkaMapping::new(cluster, "clicks", answer, Position::Latest));
        },
        &["AnswerTablePolicy", "AnswerTableSource", "ClicksPolicy", "ClicksSource"],
    );
    let waits_for = |id: &str| template.resource(id).and_then(|it| it.get("DependsOn")).cloned();
    assert_eq!(waits_for("AnswerTableSource"), Some(json!(["AnswerTablePolicy"])));
    assert_eq!(waits_for("ClicksSource"), Some(json!(["ClicksPolicy"])));
    let statements = properties(&template, "AnswerTablePolicy")["PolicyDocument"]["Statement"].as_array();
    let actions: Vec<_> = statements.into_iter().flatten().map(|it| it["Action"][0].clone()).collect();
    assert_eq!(actions, ["dynamodb:DescribeStream", "dynamodb:ListStreams", "sqs:SendMessage"]);
}

#[test]
fn a_rotation_waits_for_the_permission() {
    let template = check(
        |stack| {
            let answer = answer(stack);
            let secret = stack.named("Secret").add(Secret::generated());
            parts::rotate(stack, RotationSchedule::new(secret, answer, Days::of::<30>()));
        },
        &["SecretRotationPermission", "SecretRotation"],
    );
    let waits_for = template.resource("SecretRotation").and_then(|it| it.get("DependsOn"));
    assert_eq!(waits_for, Some(&json!(["SecretRotationPermission"])));
}

#[test]
fn an_authorizer_comes_with_its_permission() {
    check(
        |stack| {
            let function = answer(stack).into();
            let api = stack.named("Api").add(WebSocketApi::named("chat"));
            let identity_source = vec!["route.request.querystring.token".to_owned()];
            let guests = WebSocketAuthorizer { api, name: "guests".to_owned(), function, identity_source };
            parts::authorizer(stack, "Guests", guests);
        },
        &["Api", "Guests", "GuestsPermission"],
    );
}

#[test]
fn a_state_machine_has_logs_and_alarms_where_they_are_asked_for() {
    let done = || States::<Jsonata>::new("Done", Succeed::default());
    check(
        |stack| {
            parts::state_machine(stack, "Order", StateMachine::standard(done()));
        },
        &["OrderRole", "Order", "OrderFailuresAlarm"],
    );
    let mode = Mode::Distributed(Distributed {
        execution_type: ExecutionType::Express,
        label: None,
        max_items_per_batch: None,
        tolerated_failure_percentage: None,
    });
    let each = States::new("Each", Map { mode, ..Map::new(jsonata("$states.input"), done()) });
    let template = check(
        |stack| {
            let machine = StateMachine {
                logging: Some(Logging { level: LogLevel::All, include_execution_data: false, log_group: None }),
                timeout: Some(Seconds::hours::<1>()),
                ..StateMachine::standard(each)
            };
            parts::state_machine(stack, "Order", machine);
        },
        &["OrderLogGroup", "OrderRole", "Order", "OrderPolicy", "OrderFailuresAlarm", "OrderTimeoutsAlarm"],
    );
    let name = &properties(&template, "OrderLogGroup")["LogGroupName"]["Fn::Sub"];
    assert_eq!(name, "/aws/vendedlogs/states/${AWS::StackName}-Order");
}

#[test]
fn a_gradual_alias_waits_for_its_hooks_and_its_role_may_change_that_function_alone() {
    let template = check(
        |stack| {
            let answer = answer(stack);
            let check = parts::function(stack, "Check", Function::rust(Answer {}));
            let shift = Shift::of(DeploymentConfig::Canary10Percent5Minutes);
            let shift =
                Shift { before_allow_traffic_hook: Some(check), after_allow_traffic_hook: Some(check), ..shift };
            let live = parts::gradual_alias(stack, answer, "live", shift);
            parts::rest_api(stack, "Api", RestApi::named("shop"), &[Route::get("/", live)]);
        },
        &[
            "CheckLogGroup",
            "CheckRole",
            "Check",
            "CheckErrorsAlarm",
            "AnswerVersion",
            "AnswerLiveErrorsAlarm",
            "AnswerLiveApplication",
            "AnswerLiveDeploymentRole",
            "AnswerLiveDeploymentGroup",
            "AnswerLiveCheckPolicy",
            "AnswerLive",
            "Api",
            "ApiRootGet",
            "ApiRootGetPermission",
            "ApiRootOptions",
            "ApiDefault4xx",
            "ApiDefault5xx",
        ],
    );
    let alias = template.resource("AnswerLive").unwrap();
    assert_eq!(alias["DependsOn"], json!(["AnswerLiveCheckPolicy"]));
    let update = &alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"];
    assert_eq!(update["AfterAllowTrafficHook"], json!({"Ref": "Check"}));
    let role = properties(&template, "AnswerLiveDeploymentRole");
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0];
    assert_eq!(trust["Principal"], json!({"Service": "codedeploy.amazonaws.com"}));
    assert_eq!(
        role["Policies"][0]["PolicyDocument"]["Statement"],
        json!([
            {
                "Effect": "Allow",
                "Action": ["lambda:GetAlias", "lambda:UpdateAlias"],
                "Resource": [{"Fn::GetAtt": ["Answer", "Arn"]}],
            },
            {
                "Effect": "Allow",
                "Action": ["lambda:GetProvisionedConcurrencyConfig"],
                "Resource": [{"Fn::Sub": "${Answer.Arn}:live"}],
            },
            {"Effect": "Allow", "Action": ["cloudwatch:DescribeAlarms"], "Resource": ["*"]},
            {
                "Effect": "Allow",
                "Action": ["lambda:InvokeFunction"],
                "Resource": [{"Fn::GetAtt": ["Check", "Arn"]}],
            },
        ])
    );
}

#[test]
fn a_worker_has_a_role_for_its_scaler_unless_it_names_one() {
    let worker = |scaler: Option<&'static str>| {
        move |stack: &mut Stack| {
            let queue = stack.named("Queue").add(StandardQueue::default());
            let cluster = parts::cluster(stack);
            let scaler_role = scaler.map(|id| {
                let operator = Principal::aws(cluster.keda_operator_role.text());
                let trust = Statement::allow([action::sts::ASSUME_ROLE, action::sts::TAG_SESSION]).principal(operator);
                let assume_role_policy_document = [trust].into();
                stack
                    .named(id)
                    .add(Role { assume_role_policy_document, ..Role::for_service("eks.amazonaws.com") })
                    .into()
            });
            let worker =
                Worker { queues: vec![queue.into()], scaler_role, ..Worker::rust(cluster.name.clone(), Answer {}) };
            parts::worker(stack, "Bill", &cluster, worker);
            let assembled = stack.assemble().functions.pop().and_then(|it| it.worker?.scaler_role_arn);
            assert_eq!(assembled, Some(json!({"Fn::GetAtt": [scaler.unwrap_or("BillScalerRole"), "Arn"]})));
        }
    };
    check(worker(None), &["BillRole", "BillScalerRole", "Bill", "BillQueueAgeAlarm"]);
    check(worker(Some("Mine")), &["Mine", "BillRole", "Bill", "BillQueueAgeAlarm"]);
}
