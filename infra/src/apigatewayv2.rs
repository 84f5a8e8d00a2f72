//! Amazon API Gateway's HTTP and WebSocket APIs. REST APIs are in [`crate::apigateway`].

mod api;
mod authorizer;
mod integration;
mod route;
mod stage;

pub use api::{Api, Connections, Cors, HttpApi, WebSocketApi};
pub use authorizer::{JwtAuthorizer, LambdaAuthorizer, WebSocketAuthorizer};
pub use integration::{Calls, HttpIntegration, ServiceCall, WebSocketIntegration};
pub use route::{HttpAuthorization, HttpRoute, RouteKey, WebSocketAuthorization, WebSocketKey, WebSocketRoute};
pub use stage::ApiStage;
