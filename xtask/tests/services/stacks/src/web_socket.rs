//! WebSocket API: a function sends back what somebody says.

use infra::apigatewayv2::WebSocketApi;
use infra::lambda::Function;
use infra::{Stack, Stage};
use parts::WebSocketRoutes;
use services::web_socket_say;
use stackwright::System;

/// The system.
pub const SYSTEM: System = System::new("web-socket", "an echo, by a WebSocket API", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let api = stack.named("Api").add(WebSocketApi::named(stage.physical_name(SYSTEM.name)));
    let say = parts::function(
        &mut stack,
        "Say",
        Function {
            function_name: Some(stage.physical_name("web-socket-say").into()),
            ..Function::rust(web_socket_say::Bindings { connections: api.connections("live").into() })
        },
    );
    let routes = WebSocketRoutes { default: Some(say.into()), ..WebSocketRoutes::default() };
    parts::web_socket_routes(&mut stack, api, "live", &routes);
    stack.output("Url", api.url("live"));
    stack
}
