//! WebSocket APIs whose routes are functions.

use infra::apigatewayv2::{
    ApiStage, WebSocketApi, WebSocketAuthorization, WebSocketIntegration, WebSocketKey, WebSocketRoute,
};
use infra::lambda::{Invocable, Permission};
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

/// Adds the routes of `api`, and `{api}Stage`, which serves them under `stage_name` with limits on the messages each second. Each
/// route is `{api}{Route}`, with its permission, `{api}{Route}Permission`, and each function has an integration,
/// `{api}{function}Integration`.
///
/// The API is there before its functions are, which may then be bound to those who are connected:
/// `api.connections(stage_name)`.
#[track_caller]
pub fn web_socket_routes(stack: &mut Stack, api: Ref<WebSocketApi>, stage_name: &str, routes: &WebSocketRoutes) {
    let id = api.id();
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
}
