//! WebSocket APIs whose routes are functions.

use infra::apigatewayv2::{
    ApiStage, WebSocketApi, WebSocketAuthorization, WebSocketIntegration, WebSocketKey, WebSocketRoute,
};
use infra::iam::{Policy, PolicyDocument};
use infra::lambda::{Function, Invocable, Permission};
use infra::{Ref, Stack};

use crate::http_api::capitalized;

/// Which functions and aliases a WebSocket API calls.
#[derive(Debug, Clone, Default)]
pub struct WebSocketRoutes {
    /// Who may connect, and the function that is called when somebody does; it may refuse. Without it anyone may.
    pub connect: Option<(WebSocketAuthorization, Invocable)>,
    /// When somebody has gone.
    pub disconnect: Option<Invocable>,
    /// For messages that no action takes.
    pub default: Option<Invocable>,
    /// For messages by what the API selects routes by.
    pub actions: Vec<(&'static str, Invocable)>,
}

/// Adds the API as `{id}`, and `{id}Stage`, which serves it under `stage_name` with limits on the messages each second. Each route is
/// `{id}{Route}`, with its permission, `{id}{Route}Permission`, and each function has an integration, `{id}{function}Integration`.
#[track_caller]
pub fn web_socket_api(
    stack: &mut Stack,
    id: &'static str,
    api: WebSocketApi,
    stage_name: &str,
    routes: &WebSocketRoutes,
) -> Ref<WebSocketApi> {
    let api = stack.named(id).add(api);
    let fixed = [
        routes.connect.map(|(who, function)| (WebSocketKey::Connect(who), function)),
        routes.disconnect.map(|function| (WebSocketKey::Disconnect, function)),
        routes.default.map(|function| (WebSocketKey::Default, function)),
    ];
    let actions = routes.actions.iter().map(|(name, function)| (WebSocketKey::Action((*name).to_owned()), *function));
    for (key, function) in fixed.into_iter().flatten().chain(actions) {
        let name: String = key.to_string().split(|c: char| !c.is_ascii_alphanumeric()).map(capitalized).collect();
        let permission = Permission::service(function, "apigateway.amazonaws.com", api.execute_arn(&key));
        stack.named(format!("{id}{name}Permission")).add(permission);
        let integration = format!("{id}{}Integration", function.id());
        let known = stack.resources_of().map(|(it, _)| it);
        let known = known.into_iter().find(|it: &Ref<WebSocketIntegration>| it.id().as_str() == integration);
        let target = known
            .unwrap_or_else(|| stack.named(integration).add(WebSocketIntegration { api, function, timeout: None }));
        stack.named(format!("{id}{name}")).add(WebSocketRoute { api, key, target });
    }
    stack.named(format!("{id}Stage")).add(ApiStage {
        throttling_rate_limit: Some(100),
        throttling_burst_limit: Some(200),
        ..ApiStage::<WebSocketApi>::of(api, stage_name)
    });
    api
}

/// Lets `function` send messages to whoever is connected to the stage `stage_name` of `api`, by `{function}{api}Policy`. A role of
/// another stack is that stack's to allow.
#[track_caller]
pub fn post_to_connections(stack: &mut Stack, function: Ref<Function>, api: Ref<WebSocketApi>, stage_name: &str) {
    let Some(role) = stack.get(function).and_then(|function| function.role_in(stack)) else { return };
    stack.named(format!("{}{}Policy", function.id(), api.id())).add(Policy {
        policy_name: format!("post-to-{}", api.id()),
        policy_document: PolicyDocument::from([api.posting_to_connections(stage_name)]),
        roles: vec![role],
    });
}
