//! REST APIs whose methods are functions, open to browsers of any origin.

use std::collections::BTreeMap;

use infra::apigateway::{
    self, ApiResource, ApiStage, GatewayResponse, HttpMethod, Integration, IntegrationResponse, Method, MethodResponse,
    MethodSetting, ResponseType, RestApi,
};
use infra::lambda::{Function, Permission};
use infra::{Ref, Stack};

/// A path and verb of an API, and the function that answers.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The verb.
    pub method: HttpMethod,
    /// The path, such as `/orders/{orderId}`.
    pub path: &'static str,
    /// The function, which gets the whole request and gives the whole answer.
    pub function: Ref<Function>,
}

impl Route {
    /// `GET path`.
    #[must_use]
    pub const fn get(path: &'static str, function: Ref<Function>) -> Self {
        Self { method: HttpMethod::Get, path, function }
    }

    /// `POST path`.
    #[must_use]
    pub const fn post(path: &'static str, function: Ref<Function>) -> Self {
        Self { method: HttpMethod::Post, path, function }
    }

    /// Every verb on `path` that has no route of its own.
    #[must_use]
    pub const fn any(path: &'static str, function: Ref<Function>) -> Self {
        Self { method: HttpMethod::Any, path, function }
    }
}

/// Adds the API as `{id}`, and for each route its path, method and permission.
///
/// A browser's question of another origin is answered for every path, and API Gateway's own errors carry the CORS
/// header as well. The API serves nothing until [`publish`].
#[track_caller]
pub fn rest_api(stack: &mut Stack, id: &'static str, rest_api: RestApi, routes: &[Route]) -> Ref<RestApi> {
    let api = stack.named(id).add(rest_api);
    let mut resources = BTreeMap::new();
    for route in routes {
        let resource = resource(stack, api, route.path, &mut resources);
        let name = format!("{id}{}{}", words(route.path), capitalized(&route.method.to_string().to_lowercase()));
        let integration = Integration::lambda(route.function);
        stack.named(name.clone()).add(Method::open(api, resource, route.method, integration));
        let arn = api.execute_arn(route.method, route.path);
        let permission = Permission::service(route.function, "apigateway.amazonaws.com", arn);
        stack.named(format!("{name}Permission")).add(permission);
    }
    let mut allowed: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for route in routes {
        allowed.entry(route.path).or_default().push(route.method);
    }
    for (path, methods) in allowed.into_iter().filter(|(_, methods)| !answers_options(methods)) {
        let resource = resource(stack, api, path, &mut resources);
        stack.named(format!("{id}{}Options", words(path))).add(preflight(api, resource, &methods));
    }
    for (suffix, response_type) in [("Default4xx", ResponseType::Default4xx), ("Default5xx", ResponseType::Default5xx)]
    {
        stack.named(format!("{id}{suffix}")).add(GatewayResponse {
            rest_api_id: api,
            response_type,
            status_code: None,
            response_parameters: [("gatewayresponse.header.Access-Control-Allow-Origin".to_owned(), "'*'".to_owned())]
                .into(),
            response_templates: [].into(),
        });
    }
    api
}

/// Adds a deployment of all that `api` has by now, and `{api}Stage`, which serves it under `name` with limits on the
/// requests each second and metrics for each method.
///
/// Access logs need a role that an account has once for all its APIs ([`apigateway::Account`]), so no stack can count
/// on it; the functions write a line for each request themselves.
#[track_caller]
pub fn publish(stack: &mut Stack, api: Ref<RestApi>, name: &str) -> Ref<ApiStage> {
    let deployment = apigateway::deploy(stack, format!("{}Deployment", api.id()), api);
    stack.named(format!("{}Stage", api.id())).add(ApiStage {
        method_settings: vec![MethodSetting {
            throttling_rate_limit: Some(100),
            throttling_burst_limit: Some(200),
            metrics_enabled: Some(true),
            ..MethodSetting::all()
        }],
        ..ApiStage::of(api, deployment, name)
    })
}

/// The resource of `path`, with those of the paths before it; `None` for `/`.
#[track_caller]
fn resource(
    stack: &mut Stack,
    api: Ref<RestApi>,
    path: &str,
    known: &mut BTreeMap<String, Ref<ApiResource>>,
) -> Option<Ref<ApiResource>> {
    let mut parent = None;
    let mut prefix = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        prefix = format!("{prefix}/{part}");
        let resource = match known.get(&prefix) {
            Some(resource) => *resource,
            None => stack.named(format!("{}{}", api.id(), words(&prefix))).add(ApiResource {
                rest_api_id: api,
                parent_id: parent,
                path_part: part.to_owned(),
            }),
        };
        known.insert(prefix.clone(), resource);
        parent = Some(resource);
    }
    parent
}

fn answers_options(methods: &[HttpMethod]) -> bool {
    methods.iter().any(|method| matches!(method, HttpMethod::Options | HttpMethod::Any))
}

/// What a browser asks before it sends a request of another origin.
fn preflight(api: Ref<RestApi>, resource: Option<Ref<ApiResource>>, methods: &[HttpMethod]) -> Method {
    let methods: Vec<_> = methods.iter().map(HttpMethod::to_string).chain(["OPTIONS".to_owned()]).collect();
    let headers = [
        ("method.response.header.Access-Control-Allow-Origin", "'*'".to_owned()),
        ("method.response.header.Access-Control-Allow-Methods", format!("'{}'", methods.join(","))),
        ("method.response.header.Access-Control-Allow-Headers", "'Content-Type'".to_owned()),
    ];
    let integration = Integration::Mock {
        request_templates: [("application/json".to_owned(), r#"{"statusCode": 204}"#.to_owned())].into(),
        integration_responses: vec![IntegrationResponse {
            status_code: 204,
            selection_pattern: None,
            response_parameters: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            response_templates: [].into(),
        }],
    };
    Method {
        method_responses: vec![MethodResponse {
            status_code: 204,
            response_parameters: headers.into_iter().map(|(name, _)| (name.to_owned(), true)).collect(),
            response_models: [].into(),
        }],
        ..Method::open(api, resource, HttpMethod::Options, integration)
    }
}

/// A path as part of a logical id: `/orders/{orderId}` is `OrdersOrderId`.
fn words(path: &str) -> String {
    let words: String = path.split(|c: char| !c.is_ascii_alphanumeric()).map(capitalized).collect();
    if words.is_empty() { "Root".to_owned() } else { words }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
