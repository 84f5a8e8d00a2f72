use infra::Ref;
use infra::apigatewayv2::{JwtAuthorizer, WebSocketApi};

fn users(chat: Ref<WebSocketApi>) -> JwtAuthorizer {
    JwtAuthorizer::new(chat, "users", "https://example.com", ["chat"])
}

fn main() {}
