//! REST APIs whose methods are functions and queues, open to browsers of any origin.

mod cors;
mod queue;
mod route;

use std::collections::{BTreeMap, BTreeSet};

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
    let of_paths = names(routes);
    let named = |path: &str| format!("{id}{}", of_paths.get(path.trim_matches('/')).map_or("", String::as_str));
    let mut resources = BTreeMap::new();
    let mut validation = None;
    for route in routes {
        let resource = resource(stack, api, route.path, &named, &mut resources);
        let name = format!("{}{}", named(route.path), verb(route));
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
        let resource = resource(stack, api, path, &named, &mut resources);
        stack.named(format!("{}Options", named(path))).add(cors::preflight(api, resource, &methods));
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
/// It has no access log: that needs a role which an account has once for all its APIs ([`apigateway::Account`]). In a
/// protected stage [`crate::protect`] adds both.
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

/// The resource of `path`, with those of the paths before it; `None` for `/`. `named` gives the logical id of each.
#[track_caller]
fn resource(
    stack: &mut Stack,
    api: Ref<RestApi>,
    path: &str,
    named: &impl Fn(&str) -> String,
    known: &mut BTreeMap<String, Ref<ApiResource>>,
) -> Option<Ref<ApiResource>> {
    let mut parent = None;
    let mut prefix = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        prefix = format!("{prefix}/{part}");
        let resource = match known.get(&prefix) {
            Some(resource) => *resource,
            None => stack.named(named(&prefix)).add(ApiResource {
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

/// What the API has of its own, as parts of logical ids; [`publish`] and [`queue::validation`] add some of it.
const OWN: [&str; 6] = ["BadRequestBody", "BodyValidator", "Default4xx", "Default5xx", "JsonObject", "Stage"];

/// Each path of the routes and those before it, without `/` on either end, as part of a logical id. One that would
/// collide with what the API has, with a method or with another path gets `Path` behind it; a path that needs that does
/// not depend on the order of the routes.
fn names(routes: &[Route]) -> BTreeMap<String, String> {
    let paths: BTreeSet<String> = routes
        .iter()
        .flat_map(|route| {
            let parts: Vec<_> = route.path.split('/').filter(|part| !part.is_empty()).collect();
            (0..=parts.len()).map(move |length| parts[..length].join("/"))
        })
        .collect();
    let mut taken: BTreeSet<String> = OWN.map(str::to_owned).into();
    for route in routes {
        let method = format!("{}{}", words(route.path), verb(route));
        taken.extend(["", "Permission", "Role"].map(|end| format!("{method}{end}")));
        taken.insert(format!("{}Options", words(route.path)));
    }
    let mut names = BTreeMap::new();
    for path in paths {
        let mut name = words(&path);
        while taken.contains(&name) {
            name += "Path";
        }
        taken.insert(name.clone());
        names.insert(path, name);
    }
    names
}

fn verb(route: &Route) -> String {
    capitalized(&route.method.to_string().to_lowercase())
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

#[cfg(test)]
mod tests {
    use infra::sqs::StandardQueue;
    use infra::{Stage, Template};

    use super::*;

    #[test]
    fn no_path_takes_the_logical_id_of_something_else() {
        let mut stack = Stack::new("example", &Stage::default());
        let queue = stack.named("Queue").add(StandardQueue::default());
        let paths = ["/", "/root", "/stage", "/orders", "/orders/get", "/default4xx", "/json-object", "/a-b", "/a/b"];
        let routes: Vec<_> = paths.iter().map(|path| Route::get(path, queue)).collect();
        let api = rest_api(&mut stack, "Api", RestApi::named("example"), &routes);
        publish(&mut stack, api, "live");
        let findings = infra::check(&stack);
        assert!(findings.iter().all(|finding| finding.rule != "declared-twice"), "{findings:?}");
        let template = Template::render(&stack);
        let paths = template.section("Resources").filter(|(_, it)| it["Type"] == "AWS::ApiGateway::Resource");
        let paths: Vec<_> = paths.map(|(id, it)| (id, it["Properties"]["PathPart"].as_str().unwrap())).collect();
        assert!(paths.contains(&("ApiStagePath", "stage")) && paths.contains(&("ApiOrders", "orders")), "{paths:?}");
        assert_eq!(paths.len(), 9);
    }
}
