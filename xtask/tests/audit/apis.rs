//! What the audit says of HTTP and WebSocket APIs, and of authorizers.

use infra::apigateway::{self, HttpMethod, Integration, Method, RestApi};
use infra::apigatewayv2::{
    ApiStage, HttpApi, HttpAuthorization, HttpIntegration, HttpRoute, LambdaAuthorizer, RouteKey, ServiceCall,
    WebSocketApi, WebSocketAuthorization, WebSocketAuthorizer, WebSocketIntegration, WebSocketKey, WebSocketRoute,
};
use infra::iam::{InlinePolicy, PolicyDocument, Role, Statement};
use infra::lambda::{Function, Permission};
use infra::{Ref, Stack, Stage, Value};
use parts::{Route, WebSocketRoutes};
use policies::action;
use serde_json::json;

use super::wiring::{broken, stack};

const SERVICE: &str = "apigateway.amazonaws.com";

fn http(stack: &mut Stack, function: Ref<Function>, keys: &[(&'static str, RouteKey)]) -> Ref<HttpApi> {
    let api = stack.named("Api").add(HttpApi::named("orders"));
    stack.named("ApiStage").add(ApiStage::default_of(api));
    let target = stack.named("Integration").add(HttpIntegration::function(api, function));
    for (id, key) in keys {
        stack.named(*id).add(HttpRoute { api, key: key.clone(), authorization: HttpAuthorization::None, target });
    }
    api
}

#[test]
fn the_parts_let_api_gateway_invoke_the_functions_of_apis() {
    let (mut stack, function, queue) = stack();
    let routes = [Route::get("/orders/{id}", function), Route::post("/orders", queue)];
    parts::http_api(&mut stack, "Api", HttpApi::named("orders"), &routes);
    let routes = WebSocketRoutes {
        connect: Some((WebSocketAuthorization::None, function.into())),
        disconnect: Some(function.into()),
        default: Some(function.into()),
        actions: vec![("place", function.into())],
    };
    let socket = stack.named("Socket").add(WebSocketApi::named("orders"));
    parts::web_socket_routes(&mut stack, socket, "live", &routes);
    assert_eq!(broken(&stack), [""; 0]);
}

#[test]
fn a_route_of_an_http_api_that_api_gateway_may_not_invoke_is_found() {
    let keys = [("Get", RouteKey::new(HttpMethod::Get, "/orders/{id}")), ("Rest", RouteKey::Default)];
    let refused = |what: &str| format!("AG01: `Processor` does not let API Gateway invoke it for `{what}`");
    let (mut stack, function, _) = stack();
    let api = http(&mut stack, function, &keys);
    assert_eq!(broken(&stack), [refused("GET /orders/{id}"), refused("$default")]);
    for (id, key) in &keys {
        stack.named(format!("{id}Permission")).add(Permission::service(function, SERVICE, api.execute_arn(key)));
    }
    assert_eq!(broken(&stack), [""; 0]);
    let other = api.execute_arn(&RouteKey::new(HttpMethod::Post, "/orders"));
    stack.named("Other").add(Permission::service(function, SERVICE, other));
    let broad = "AG04: `Other` lets API Gateway invoke `Processor` for \
                 `arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/POST/orders`, which is no route";
    assert_eq!(broken(&stack), [broad]);
}

#[test]
fn a_permission_for_one_stage_of_an_http_api_is_one_for_its_route() {
    let (mut stack, function, _) = stack();
    let api = http(&mut stack, function, &[("Get", RouteKey::new(HttpMethod::Get, "/orders"))]);
    let marked = api.id();
    let arn = format!(
        "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{marked}}}/$default/GET/orders"
    );
    let named = stack.named("Permission").property("SourceArn", json!({ "Fn::Sub": arn }));
    named.add(Permission::service(function, SERVICE, api.execute_arn(&RouteKey::Default)));
    assert_eq!(broken(&stack), [""; 0]);
}

#[test]
fn a_route_of_a_web_socket_api_that_api_gateway_may_not_invoke_is_found() {
    let (mut stack, function, _) = stack();
    let api = stack.named("Api").add(WebSocketApi::named("orders"));
    let target = stack.named("Integration").add(WebSocketIntegration { api, function: function.into(), timeout: None });
    let keys = [
        ("Connect", WebSocketKey::Connect(WebSocketAuthorization::None)),
        ("Place", WebSocketKey::Action("place".to_owned())),
    ];
    for (id, key) in &keys {
        stack.named(*id).add(WebSocketRoute { api, key: key.clone(), target });
    }
    let refused = |what: &str| format!("AG01: `Processor` does not let API Gateway invoke it for `{what}`");
    assert_eq!(broken(&stack), [refused("$connect"), refused("place")]);
    for (id, key) in &keys {
        stack.named(format!("{id}Permission")).add(Permission::service(function, SERVICE, api.execute_arn(key)));
    }
    assert_eq!(broken(&stack), [""; 0]);
}

#[test]
fn an_authorizer_that_api_gateway_may_not_invoke_is_found() {
    let refused = ["AG01: `Processor` does not let API Gateway invoke it for the authorizer `Check`"];

    let (mut stack, function, _) = stack();
    let rest_api = stack.named("Api").add(RestApi::named("orders"));
    let identity = apigateway::Identity::Token { header: "Authorization".to_owned(), validation: None };
    let check = stack.named("Check").add(apigateway::LambdaAuthorizer {
        rest_api,
        name: "check".to_owned(),
        function: function.into(),
        identity,
        result_ttl: None,
    });
    assert_eq!(broken(&stack), refused);
    stack.named("Permission").add(Permission::service(function, SERVICE, rest_api.authorizer_arn(check)));
    assert_eq!(broken(&stack), [""; 0]);

    let (mut stack, function, _) = self::stack();
    let api = stack.named("Api").add(HttpApi::named("orders"));
    let check = stack.named("Check").add(LambdaAuthorizer {
        api,
        name: "check".to_owned(),
        function: function.into(),
        identity_source: Vec::new(),
        result_ttl: None,
    });
    assert_eq!(broken(&stack), refused);
    stack.named("Permission").add(Permission::service(function, SERVICE, api.authorizer_arn(check)));
    assert_eq!(broken(&stack), [""; 0]);

    let (mut stack, function, _) = self::stack();
    let api = stack.named("Api").add(WebSocketApi::named("orders"));
    let check = stack.named("Check").add(WebSocketAuthorizer {
        api,
        name: "check".to_owned(),
        function: function.into(),
        identity_source: Vec::new(),
    });
    assert_eq!(broken(&stack), refused);
    stack.named("Permission").add(Permission::service(function, SERVICE, api.authorizer_arn(check)));
    assert_eq!(broken(&stack), [""; 0]);
}

/// A role of API Gateway with these statements.
fn role(stack: &mut Stack, statements: Vec<Statement>) -> Ref<Role> {
    let policy_document: PolicyDocument = statements.into_iter().collect();
    let policies = vec![InlinePolicy { policy_name: "own".to_owned(), policy_document }];
    stack.named("Role").add(Role { policies, ..Role::for_service(SERVICE) })
}

#[test]
fn an_authorizer_with_a_role_needs_no_permission_and_its_role_has_to_allow_it() {
    let with = |statements: fn(Ref<Function>) -> Vec<Statement>| {
        let (mut stack, function, _) = stack();
        let rest_api = stack.named("Api").add(RestApi::named("orders"));
        role(&mut stack, statements(function));
        let named = stack.named("Check").property("AuthorizerCredentials", json!({"Fn::GetAtt": ["Role", "Arn"]}));
        named.add(apigateway::LambdaAuthorizer {
            rest_api,
            name: "check".to_owned(),
            function: function.into(),
            identity: apigateway::Identity::Request(Vec::new()),
            result_ttl: None,
        });
        broken(&stack)
    };
    assert_eq!(with(|function| vec![Statement::allow([action::lambda::INVOKE_FUNCTION]).on(function.arn())]), [""; 0]);
    assert_eq!(with(|_| Vec::new()), ["AG02: the role `Role` does not allow `lambda:InvokeFunction` on `Processor`"]);
}

#[test]
fn the_role_of_an_integration_allows_just_what_it_calls() {
    let with = |statements: fn(Value) -> Vec<Statement>| {
        let (mut stack, _, queue) = stack();
        let role = role(&mut stack, statements(queue.arn().into()));
        let api = stack.named("Api").add(HttpApi::named("orders"));
        let integration = HttpIntegration::service(api, ServiceCall::send(queue), role);
        let target = stack.named("Integration").add(integration);
        let key = RouteKey::new(HttpMethod::Post, "/orders");
        stack.named("Post").add(HttpRoute { api, key, authorization: HttpAuthorization::None, target });
        broken(&stack)
    };
    assert_eq!(with(|queue| vec![Statement::allow([action::sqs::SEND_MESSAGE]).on(queue)]), [""; 0]);
    assert_eq!(with(|_| Vec::new()), ["AG02: the role `Role` does not allow `sqs:SendMessage` on `Orders`"]);
    let unused = "AG03: the role `Role` allows `sqs:ReceiveMessage` on `Orders`, which nothing that has it needs";
    let both =
        |queue: Value| vec![Statement::allow([action::sqs::SEND_MESSAGE, action::sqs::RECEIVE_MESSAGE]).on(queue)];
    assert_eq!(with(both), [unused]);
}

#[test]
fn the_role_of_an_api_is_known_whatever_service_it_calls() {
    use infra::eventbridge::EventBus;
    let mut stack = Stack::new("orders", &Stage::default());
    let bus = stack.named("Bus").add(EventBus::named("orders"));
    let role = role(&mut stack, Vec::new());
    let api = stack.named("Api").add(HttpApi::named("orders"));
    let call = ServiceCall::put_event(bus, "orders", "placed");
    stack.named("Integration").add(HttpIntegration::service(api, call, role));
    assert_eq!(broken(&stack), ["AG02: the role `Role` does not allow `events:PutEvents` on `Bus`"]);
}

#[test]
fn a_permission_for_no_authorizer_is_found() {
    let (mut stack, function, _) = stack();
    let api = stack.named("Api").add(RestApi::named("orders"));
    stack.named("Get").add(Method::open(api, None, HttpMethod::Get, Integration::lambda(function)));
    let arn = api.execute_arn(HttpMethod::Get, "/");
    stack.named("GetPermission").add(Permission::service(function, SERVICE, arn));
    let any = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/authorizers/*";
    let named = stack.named("Any").property("SourceArn", json!({ "Fn::Sub": any }));
    named.add(Permission::service(function, SERVICE, api.execute_arn(HttpMethod::Get, "/")));
    let broad = format!("AG04: `Any` lets API Gateway invoke `Processor` for `{any}`, which is no route");
    assert_eq!(broken(&stack), [broad]);
}
