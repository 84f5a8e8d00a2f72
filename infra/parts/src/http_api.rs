//! HTTP APIs whose routes are functions and queues.

use infra::apigatewayv2::{ApiStage, HttpApi, HttpAuthorization, HttpIntegration, HttpRoute, RouteKey, ServiceCall};
use infra::iam::{InlinePolicy, PolicyDocument, Role};
use infra::lambda::Permission;
use infra::{Ref, Stack};

use crate::{Route, Target};

/// Adds the API as `{id}`, each route that anyone may use, as [`http_routes`] does, and `{id}Stage`, which serves all at the API's
/// address itself, with limits on the requests each second and metrics for each route.
///
/// ```
/// use infra::apigatewayv2::HttpApi;
/// use infra::sqs::StandardQueue;
/// use infra::{Stack, Stage};
/// use parts::Route;
///
/// let mut stack = Stack::new("shop", &Stage::default());
/// let orders = stack.named("Orders").add(StandardQueue::default());
/// let api = parts::http_api(&mut stack, "Api", HttpApi::named("shop"), &[Route::post("/orders", orders)]);
/// stack.output("Url", api.url().text());
/// assert_eq!(infra::check(&stack), []);
/// ```
#[track_caller]
pub fn http_api(stack: &mut Stack, id: &'static str, api: HttpApi, routes: &[Route]) -> Ref<HttpApi> {
    let api = stack.named(id).add(api);
    http_routes(stack, api, &HttpAuthorization::None, routes);
    stack.named(format!("{id}Stage")).add(ApiStage {
        throttling_rate_limit: Some(100),
        throttling_burst_limit: Some(200),
        detailed_metrics_enabled: true,
        ..ApiStage::default_of(api)
    });
    api
}

/// Adds routes of `api` that whom `authorization` says may use, such as who has a token.
///
/// A route is `{api}{Path}{Verb}`. A function that is called by some gets `{api}{function}Integration`, and for each route a
/// permission, `{route}Permission`. A route to a queue has an integration and a role of its own, `{route}Integration` and
/// `{route}Role`, which allows to send to that queue.
#[track_caller]
pub fn http_routes(stack: &mut Stack, api: Ref<HttpApi>, authorization: &HttpAuthorization, routes: &[Route]) {
    for route in routes {
        let key = RouteKey::new(route.method, route.path);
        let id = format!("{}{}", api.id(), name(&key));
        let target = match route.target {
            Target::Function(function) => {
                let permission = Permission::service(function, "apigateway.amazonaws.com", api.execute_arn(&key));
                stack.named(format!("{id}Permission")).add(permission);
                let known = format!("{}{}Integration", api.id(), function.id());
                let known =
                    stack.resources_of().map(|(it, _)| it).find(|it: &Ref<HttpIntegration>| it.id().as_str() == known);
                known.unwrap_or_else(|| {
                    let id = format!("{}{}Integration", api.id(), function.id());
                    stack.named(id).add(HttpIntegration::function(api, function))
                })
            }
            Target::Queue(queue) => {
                let call = ServiceCall::send(queue);
                let policy_document = PolicyDocument::from([call.right()]);
                let role = stack.named(format!("{id}Role")).add(Role {
                    policies: vec![InlinePolicy { policy_name: "send".to_owned(), policy_document }],
                    ..Role::for_service("apigateway.amazonaws.com")
                });
                stack.named(format!("{id}Integration")).add(HttpIntegration::service(api, call, role))
            }
        };
        stack.named(id).add(HttpRoute { api, key, authorization: authorization.clone(), target });
    }
}

/// `OrdersIdGet` of `GET /orders/{id}`.
fn name(key: &RouteKey) -> String {
    let RouteKey::Request(method, path) = key else { return "Default".to_owned() };
    let words = path.split(|c: char| !c.is_ascii_alphanumeric());
    let path: String = words.map(capitalized).collect();
    format!("{path}{}", capitalized(&method.to_string().to_lowercase()))
}

pub(crate) fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
