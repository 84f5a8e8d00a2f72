//! REST APIs whose methods are functions and queues, open to browsers of any origin.

mod cors;
mod queue;
mod route;

use std::collections::BTreeMap;

use infra::apigateway::{
    self, ApiResource, ApiStage, GatewayResponse, Integration, Method, MethodSetting, ResponseType, RestApi,
};
use infra::lambda::Permission;
use infra::{Ref, Stack};

pub use route::{Route, Target};

/// The header of API Gateway's own answers that lets a page of any origin read them.
const ALLOW_ORIGIN: (&str, &str) = ("gatewayresponse.header.Access-Control-Allow-Origin", "'*'");

/// Adds the API as `{id}`, and for each route its path and method, with the permission or role that it needs.
///
/// A browser's question of another origin is answered for every path, and API Gateway's own errors carry the CORS
/// header as well. The API serves nothing until [`publish`].
#[track_caller]
pub fn rest_api(stack: &mut Stack, id: &'static str, rest_api: RestApi, routes: &[Route]) -> Ref<RestApi> {
    let api = stack.named(id).add(rest_api);
    let mut resources = BTreeMap::new();
    let mut validation = None;
    for route in routes {
        let resource = resource(stack, api, route.path, &mut resources);
        let name = format!("{id}{}{}", words(route.path), capitalized(&route.method.to_string().to_lowercase()));
        match route.target {
            Target::Function(function) => {
                let integration = Integration::lambda(function);
                stack.named(name.clone()).add(Method::open(api, resource, route.method, integration));
                let arn = api.execute_arn(route.method, route.path);
                let permission = Permission::service(function, "apigateway.amazonaws.com", arn);
                stack.named(format!("{name}Permission")).add(permission);
            }
            Target::Queue(queue) => {
                let validation = *validation.get_or_insert_with(|| queue::validation(stack, api));
                let open = |integration| Method::open(api, resource, route.method, integration);
                queue::method(stack, &name, open, queue, validation);
            }
        }
    }
    let mut allowed: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for route in routes {
        allowed.entry(route.path).or_default().push(route.method);
    }
    for (path, methods) in allowed.into_iter().filter(|(_, methods)| !cors::answers_options(methods)) {
        let resource = resource(stack, api, path, &mut resources);
        stack.named(format!("{id}{}Options", words(path))).add(cors::preflight(api, resource, &methods));
    }
    for (suffix, response_type) in [("Default4xx", ResponseType::Default4xx), ("Default5xx", ResponseType::Default5xx)]
    {
        stack.named(format!("{id}{suffix}")).add(GatewayResponse {
            rest_api_id: api,
            response_type,
            status_code: None,
            response_parameters: [ALLOW_ORIGIN].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
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

/// A path as part of a logical id: `/orders/{orderId}` is `OrdersOrderId`.
fn words(path: &str) -> String {
    let words: String = path.split(|c: char| !c.is_ascii_alphanumeric()).map(capitalized).collect();
    if words.is_empty() { "Root".to_owned() } else { words }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
