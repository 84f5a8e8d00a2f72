//! HTTP and WebSocket APIs, and the addresses of functions: what the template and the picture say of them, and what is found wrong.

#[path = "common/findings.rs"]
mod findings;
#[path = "common/picture.rs"]
mod picture;

use bindings::Program;
use bindings::apigatewaymanagement::{Connections, PostToConnection};
use infra::apigateway::{
    self, AccessLogSetting, ApiKey, Authorization, CognitoAuthorizer, HttpMethod, Identity, Integration, Method,
    Period, Quota, RestApi, Throttle, UsagePlan, UsagePlanKey,
};
use infra::apigatewayv2::{
    ApiStage, Cors, HttpApi, HttpAuthorization, HttpIntegration, HttpRoute, JwtAuthorizer, LambdaAuthorizer, RouteKey,
    ServiceCall, WebSocketApi, WebSocketAuthorization, WebSocketAuthorizer, WebSocketIntegration, WebSocketKey,
    WebSocketRoute,
};
use infra::eventbridge::EventBus;
use infra::iam::Role;
use infra::lambda::{Function, FunctionUrl, Permission, UrlAuth, UrlPermission};
use infra::logs::LogGroup;
use infra::sqs::{FifoQueue, StandardQueue};
use infra::stepfunctions::{Jsonata, StateMachine, States, Succeed};
use infra::{Milliseconds, Ref, Seconds, Stack, Stage, Template};
use serde::Serialize;
use serde_json::json;

use findings::findings;
use picture::ways;

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

fn function(stack: &mut Stack) -> (Ref<Role>, Ref<Function>) {
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    (role, stack.named("Answer").add(Function::rust(Answer {}).with_role(role)))
}

fn cors() -> Cors {
    Cors {
        allow_origins: vec!["https://shop.example.com".to_owned()],
        allow_methods: vec!["GET".to_owned(), "POST".to_owned()],
        allow_headers: vec!["authorization".to_owned()],
        max_age: Some(Seconds::hours::<1>()),
        allow_credentials: Some(true),
        ..Cors::default()
    }
}

/// An HTTP API with each kind of target and of authorization.
fn http() -> Stack {
    let mut stack = Stack::new("shop", &Stage::default());
    let (role, answer) = function(&mut stack);
    let queue = stack.named("Queue").add(StandardQueue::default());
    let fifo = stack.named("Fifo").add(FifoQueue { content_based_deduplication: true, ..FifoQueue::default() });
    let bus = stack.named("Bus").add(EventBus::named("shop"));
    let done = || States::<Jsonata>::new("Done", Succeed::default());
    let machine = stack.named("Machine").add(StateMachine::standard(done()).with_role(role));
    let express = stack.named("Express").add(StateMachine::express(done()).with_role(role));
    let api = stack.named("Api").add(HttpApi { cors: Some(cors()), ..HttpApi::named("shop") });
    let issuer = "https://cognito-idp.sa-east-1.amazonaws.com/sa-east-1_AbC";
    let users = stack.named("Users").add(JwtAuthorizer::new(api, "users", issuer, ["shop"]));
    let partners = stack.named("Partners").add(LambdaAuthorizer {
        api,
        name: "partners".to_owned(),
        function: answer.into(),
        identity_source: vec!["$request.header.Authorization".to_owned()],
        result_ttl: Some(Seconds::of::<60>()),
    });
    stack.named("PartnersPermission").add(Permission::service(
        answer,
        "apigateway.amazonaws.com",
        api.authorizer_arn(partners),
    ));
    let of_function =
        HttpIntegration { timeout: Some(Milliseconds::of::<5_000>()), ..HttpIntegration::function(api, answer) };
    let of_function = stack.named("AnswerIntegration").add(of_function);
    let order = RouteKey::new(HttpMethod::Get, "/orders/{id}");
    stack.named("OrderPermission").add(Permission::service(
        answer,
        "apigateway.amazonaws.com",
        api.execute_arn(&order),
    ));
    let jwt = HttpAuthorization::Jwt { authorizer: users, scopes: vec!["orders".to_owned()] };
    stack.named("Order").add(HttpRoute { api, key: order, authorization: jwt, target: of_function });
    stack.named("Rest").add(HttpRoute {
        api,
        key: RouteKey::Default,
        authorization: HttpAuthorization::None,
        target: of_function,
    });
    let calls = [
        ("Send", ServiceCall::send(queue)),
        ("SendInOrder", ServiceCall::send_fifo(fifo, "$request.path.customer")),
        ("Start", ServiceCall::start(machine)),
        ("Run", ServiceCall::run(express)),
        ("Put", ServiceCall::put_event(bus, "shop", "Placed")),
    ];
    for (id, call) in calls {
        let target = stack.named(format!("{id}Integration")).add(HttpIntegration::service(api, call, role));
        let key = RouteKey::new(HttpMethod::Post, format!("/{}/{{customer}}", id.to_lowercase()));
        let authorization = HttpAuthorization::Lambda(partners);
        stack.named(id).add(HttpRoute { api, key, authorization, target });
    }
    let web = stack.named("WebIntegration").add(HttpIntegration::web(api, "https://example.com/{path}"));
    stack.named("Web").add(HttpRoute {
        api,
        key: RouteKey::new(HttpMethod::Any, "/web/{path+}"),
        authorization: HttpAuthorization::AwsIam,
        target: web,
    });
    let logs = stack.named("AccessLogs").add(LogGroup::default());
    stack.named("Stage").add(ApiStage {
        throttling_rate_limit: Some(100),
        detailed_metrics_enabled: true,
        access_log_settings: Some(AccessLogSetting::json(logs)),
        ..ApiStage::default_of(api)
    });
    stack.output("Url", api.url().text());
    stack
}

fn web_socket() -> Stack {
    let mut stack = Stack::new("chat", &Stage::default());
    let (_, answer) = function(&mut stack);
    let api = stack.named("Api").add(WebSocketApi::named("chat"));
    let guests = stack.named("Guests").add(WebSocketAuthorizer {
        api,
        name: "guests".to_owned(),
        function: answer.into(),
        identity_source: vec!["route.request.querystring.token".to_owned()],
    });
    stack.named("GuestsPermission").add(Permission::service(
        answer,
        "apigateway.amazonaws.com",
        api.authorizer_arn(guests),
    ));
    let target =
        stack.named("AnswerIntegration").add(WebSocketIntegration { api, function: answer.into(), timeout: None });
    let keys = [
        ("Connect", WebSocketKey::Connect(WebSocketAuthorization::Lambda(guests))),
        ("Disconnect", WebSocketKey::Disconnect),
        ("Default", WebSocketKey::Default),
        ("Say", WebSocketKey::Action("say".to_owned())),
    ];
    for (id, key) in keys {
        let arn = api.execute_arn(&key);
        let permission = Permission::service(answer, "apigateway.amazonaws.com", arn);
        stack.named(format!("{id}Permission")).add(permission);
        stack.named(id).add(WebSocketRoute { api, key, target });
    }
    stack.named("Stage").add(ApiStage::<WebSocketApi>::of(api, "live"));
    stack.output("Url", api.url("live"));
    let url = FunctionUrl { cors: Some(cors()), streams: true, ..FunctionUrl::of(answer, UrlAuth::None) };
    let url = stack.named("AnswerUrl").add(url);
    for (id, permission) in ["Ask", "Invoke"].into_iter().zip(UrlPermission::both(answer, UrlAuth::None, "*")) {
        stack.named(format!("AnswerUrl{id}")).add(permission);
    }
    stack.output("FunctionUrl", url.url());
    stack
}

/// A REST API whose methods let in by functions, by a user pool, and by keys.
fn rest() -> Stack {
    let mut stack = Stack::new("shop", &Stage::default());
    let (_, answer) = function(&mut stack);
    let api = stack.named("Api").add(RestApi::named("shop"));
    let token = Identity::Token { header: "Authorization".to_owned(), validation: Some("^Bearer .+$".to_owned()) };
    let lambda = |name: &str, identity| apigateway::LambdaAuthorizer {
        rest_api: api,
        name: name.to_owned(),
        function: answer.into(),
        identity,
        result_ttl: Some(Seconds::of::<300>()),
    };
    let tokens = stack.named("Tokens").add(lambda("tokens", token));
    let whole = Identity::Request(vec!["method.request.header.Authorization".to_owned(), "context.path".to_owned()]);
    let requests = stack.named("Requests").add(lambda("requests", whole));
    for (id, authorizer) in [("TokensPermission", tokens), ("RequestsPermission", requests)] {
        let arn = api.authorizer_arn(authorizer);
        stack.named(id).add(Permission::service(answer, "apigateway.amazonaws.com", arn));
    }
    let pool = "arn:aws:cognito-idp:sa-east-1:123456789012:userpool/sa-east-1_AbC";
    let users = stack.named("Users").add(CognitoAuthorizer {
        rest_api: api,
        name: "users".to_owned(),
        user_pools: vec![pool.into()],
        header: "Authorization".to_owned(),
    });
    let methods = [
        (HttpMethod::Get, Authorization::lambda(tokens), None),
        (HttpMethod::Put, Authorization::lambda(requests), None),
        (HttpMethod::Post, Authorization::cognito(users, ["orders"]), Some(true)),
    ];
    for (method, authorization, api_key_required) in methods {
        let open = Method::open(api, None, method, Integration::lambda(answer));
        stack.named(format!("{method:?}")).add(Method { authorization, api_key_required, ..open });
    }
    let deployment = apigateway::deploy(&mut stack, "Deployment", api);
    let stage = stack.named("Stage").add(apigateway::ApiStage::of(api, deployment, "live"));
    let plan = stack.named("Plan").add(UsagePlan {
        stages: vec![(api, stage)],
        throttle: Some(Throttle { rate_limit: 10, burst_limit: 20 }),
        quota: Some(Quota { limit: 1_000, period: Period::Day }),
        ..UsagePlan::default()
    });
    let key = stack.named("Key").add(ApiKey::default());
    stack.named("PlanKey").add(UsagePlanKey { key, usage_plan: plan });
    stack
}

#[test]
fn the_template_of_authorizers_and_usage_plans_of_a_rest_api() {
    let kinds = ["::ApiGateway::Authorizer", "::UsagePlan", "::ApiKey", "::ApiGateway::Method", "::Permission"];
    insta::assert_snapshot!("rest_authorizers", template(&rest(), &kinds));
}

/// A deployment freezes who decides, as well.
#[test]
fn an_authorizer_is_a_part_of_what_is_deployed() {
    let stack = rest();
    let template = Template::render(&stack);
    let (id, deployment) = template.section("Resources").find(|(id, _)| id.starts_with("Deployment")).unwrap();
    let waits_for = deployment["DependsOn"].as_array().unwrap();
    assert!(["Tokens", "Requests", "Users"].iter().all(|part| waits_for.iter().any(|it| it == part)), "{id}");
}

#[test]
fn a_key_that_no_plan_takes_and_a_plan_of_another_api() {
    check(
        |stack, answer| {
            let api = stack.named("Api").add(RestApi::named("shop"));
            let open = Method::open(api, None, HttpMethod::Get, Integration::lambda(answer));
            stack.named("Get").add(Method { api_key_required: Some(true), ..open });
            let other = stack.named("Other").add(RestApi::named("other"));
            let deployment = apigateway::deploy(stack, "Deployment", api);
            let stage = stack.named("Stage").add(apigateway::ApiStage::of(api, deployment, "live"));
            stack.named("Plan").add(UsagePlan { stages: vec![(other, stage)], ..UsagePlan::default() });
            let lambda = apigateway::LambdaAuthorizer {
                rest_api: other,
                name: "anyone".to_owned(),
                function: answer.into(),
                identity: Identity::Request(Vec::new()),
                result_ttl: Some(Seconds::of::<60>()),
            };
            stack.named("Anyone").add(lambda);
        },
        &[
            "api-key-without-plan: `Get`: it asks for a key, and `Api` is under no usage plan of the stack | add a \
             `UsagePlan` with its stage, or no key lets in",
            "other-api: `Plan`: the stage `Stage` is not one of `Other` | name a stage together with its own API",
            "authorizer-ttl: `Anyone`: answers are kept, and nothing says for whom | name in `identity` what says who asks",
        ],
    );
}

/// The resources of the services `services`, and the outputs.
fn template(stack: &Stack, services: &[&str]) -> String {
    let mut json = Template::render(stack).into_json();
    json.retain(|name, _| name == "Resources" || name == "Outputs");
    if let Some(resources) = json.get_mut("Resources").and_then(|it| it.as_object_mut()) {
        resources.retain(|_, it| it["Type"].as_str().is_some_and(|kind| services.iter().any(|it| kind.contains(it))));
    }
    Template::from_json(json).to_yaml()
}

#[test]
fn the_template_and_picture_of_an_http_api() {
    insta::assert_snapshot!("http_api", template(&http(), &["::ApiGatewayV2::", "::Permission"]));
    insta::assert_snapshot!("http_api_ways", ways(&http()));
}

#[test]
fn the_template_and_picture_of_a_web_socket_api_and_of_a_function_url() {
    insta::assert_snapshot!("web_socket", template(&web_socket(), &["::ApiGatewayV2::", "::Permission", "::Url"]));
    insta::assert_snapshot!("web_socket_ways", ways(&web_socket()));
}

#[test]
fn nothing_is_found_wrong_with_them() {
    for stack in [http(), web_socket(), rest()] {
        let found: Vec<_> = infra::check(&stack).iter().map(ToString::to_string).collect();
        assert_eq!(found, Vec::<String>::new());
    }
}

#[test]
fn who_posts_to_connections_may_do_it_in_one_stage_of_one_api() {
    let stack = web_socket();
    let (api, _) = stack.resources_of::<WebSocketApi>().next().unwrap();
    let function = Function::rust(Post { connections: api.connections("live").into() });
    let [binding] = function.bindings() else { panic!("one field is one binding") };
    let address = json!({"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live"});
    assert_eq!(serde_json::to_value(&binding.value).unwrap(), address);
    let right = serde_json::to_string(&binding.grants).unwrap();
    let expected = r#"[{"Effect":"Allow","Action":["execute-api:ManageConnections"],"Resource":[{"Fn::Sub":"arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/live/POST/@connections/*"}]}]"#;
    assert_eq!(right, expected);
}

/// Asserts what is found wrong with a stack: rule, message and advice.
#[track_caller]
fn check(build: impl FnOnce(&mut Stack, Ref<Function>), expected: &[&str]) {
    let mut stack = Stack::new("shop", &Stage::default());
    let (_, answer) = function(&mut stack);
    stack.named("Permission").add(Permission::service(
        answer,
        "apigateway.amazonaws.com",
        "arn:aws:execute-api:eu-west-1:123456789012:*",
    ));
    build(&mut stack, answer);
    assert_eq!(findings(&stack), expected);
}

#[test]
fn functions_that_nothing_lets_api_gateway_invoke() {
    let mut stack = Stack::new("shop", &Stage::default());
    let (_, answer) = function(&mut stack);
    stack.named("OfEvents").add(Permission::service(
        answer,
        "events.amazonaws.com",
        "arn:aws:events:eu-west-1:123456789012:rule/*",
    ));
    let rest = stack.named("Rest").add(RestApi::named("shop"));
    stack.named("Get").add(Method::open(rest, None, HttpMethod::Get, Integration::lambda(answer)));
    let http = stack.named("Http").add(HttpApi::named("shop"));
    stack.named("Integration").add(HttpIntegration::function(http, answer));
    let (name, function) = ("partners".to_owned(), answer.into());
    let (identity_source, result_ttl) = (Vec::new(), None);
    stack.named("Partners").add(LambdaAuthorizer { api: http, name, function, identity_source, result_ttl });
    let chat = stack.named("Chat").add(WebSocketApi::named("chat"));
    stack.named("Say").add(WebSocketIntegration { api: chat, function, timeout: None });
    let expected = |id| {
        format!(
            "invoke-permission: `{id}`: it has `Answer` invoked, and nothing lets `apigateway.amazonaws.com` | add a \
             `Permission` for the function"
        )
    };
    assert_eq!(findings(&stack), ["Get", "Integration", "Partners", "Say"].map(expected));
}

#[test]
fn a_route_that_is_none() {
    let route = |path: &'static str| {
        move |stack: &mut Stack, answer: Ref<Function>| {
            let api = stack.named("Api").add(HttpApi::named("shop"));
            let target = stack.named("Integration").add(HttpIntegration::function(api, answer));
            let (key, authorization) = (RouteKey::new(HttpMethod::Get, path), HttpAuthorization::None);
            stack.named("It").add(HttpRoute { api, key, authorization, target });
        }
    };
    check(route("orders"), &["route-key: `It`: `GET orders` is no route: a path begins with `/`"]);
    check(
        route("/orders/"),
        &["route-key: `It`: `GET /orders/` is no route: a path has something between two `/`, and does not end in one"],
    );
    check(
        route("/orders/o-{id}"),
        &["route-key: `It`: `GET /orders/o-{id}` is no route: a parameter is a whole part of the path: `{name}` or \
           `{name+}`"],
    );
    check(
        route("/{rest+}/x"),
        &["route-key: `It`: `GET /{rest+}/x` is no route: nothing comes after `{name+}`, which takes all of the rest"],
    );
    check(route("/"), &[]);
    check(route("/orders/{id}/{rest+}"), &[]);
}

#[test]
fn a_route_twice_or_to_another_api() {
    check(
        |stack, answer| {
            let api = stack.named("Api").add(HttpApi::named("shop"));
            let other = stack.named("Other").add(HttpApi::named("other"));
            let target = stack.named("Integration").add(HttpIntegration::function(api, answer));
            let route = |api| HttpRoute { api, key: RouteKey::Default, authorization: HttpAuthorization::None, target };
            stack.named("One").add(route(api));
            stack.named("Two").add(route(api));
            stack.named("Three").add(route(other));
            let chat = stack.named("Chat").add(WebSocketApi::named("chat"));
            let integration = WebSocketIntegration { api: chat, function: answer.into(), timeout: None };
            let target = stack.named("ChatIntegration").add(integration);
            let say = |authorization| WebSocketRoute { api: chat, key: WebSocketKey::Connect(authorization), target };
            stack.named("Open").add(say(WebSocketAuthorization::None));
            stack.named("Closed").add(say(WebSocketAuthorization::AwsIam));
        },
        &[
            "route-twice: `Two`: `$default` is the route `One` already | remove one of them",
            "other-api: `Three`: it is of `Other`, and calls what is of another API | add an integration of its own API",
            "route-twice: `Closed`: `$connect` is the route `Open` already | remove one of them",
        ],
    );
}

#[test]
fn authorizers_that_let_anyone_in_or_keep_answers_for_all() {
    check(
        |stack, answer| {
            let api = stack.named("Api").add(HttpApi::named("shop"));
            let none: [&str; 0] = [];
            stack.named("Users").add(JwtAuthorizer::new(api, "users", "http://example.com", none));
            stack.named("Partners").add(LambdaAuthorizer {
                api,
                name: "partners".to_owned(),
                function: answer.into(),
                identity_source: Vec::new(),
                result_ttl: Some(Seconds::of::<60>()),
            });
        },
        &[
            "jwt-audience: `Users`: it takes tokens for anyone | name in `audience` for whom they are made",
            "jwt-issuer: `Users`: its issuer is no address of `https://`, at which its public keys are | name the issuer \
             as its tokens do",
            "authorizer-ttl: `Partners`: answers are kept, and nothing says for whom | name in `identity_source` what \
             says who asks",
        ],
    );
}

#[test]
fn cookies_from_any_origin() {
    let cors = || Cors { allow_origins: vec!["*".to_owned()], ..cors() };
    let message = |id: &str| {
        format!(
            "cors-credentials: `{id}`: pages of any origin may ask, and send cookies with it | name the origins, or remove `allow_credentials`"
        )
    };
    check(
        |stack, answer| {
            stack.named("Api").add(HttpApi { cors: Some(cors()), ..HttpApi::named("shop") });
            let url = FunctionUrl { cors: Some(cors()), ..FunctionUrl::of(answer, UrlAuth::AwsIam) };
            stack.named("Url").add(url);
        },
        &[&message("Api"), &message("Url")],
    );
}

#[test]
fn an_address_of_a_function_with_one_permission_of_two() {
    let with = |permissions: usize, auth_type: UrlAuth| {
        move |stack: &mut Stack, answer: Ref<Function>| {
            stack.named("Url").add(FunctionUrl::of(answer, auth_type));
            let both = UrlPermission::both(answer, auth_type, "*").into_iter().take(permissions);
            for (number, permission) in both.enumerate() {
                stack.named(format!("Permission{number}")).add(permission);
            }
        }
    };
    let lacks = |action: &str| {
        format!(
            "url-permission: `Url`: nobody may ask there: no permission allows `{action}` | add both by `UrlPermission::both`"
        )
    };
    check(with(0, UrlAuth::None), &[&lacks("lambda:InvokeFunctionUrl")]);
    check(with(1, UrlAuth::None), &[&lacks("lambda:InvokeFunction")]);
    check(with(2, UrlAuth::None), &[]);
    check(with(0, UrlAuth::AwsIam), &[]);
    check(with(1, UrlAuth::AwsIam), &[&lacks("lambda:InvokeFunction")]);
}
