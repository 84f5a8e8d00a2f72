//! Sends what somebody says back to them.

use aws_sdk_apigatewaymanagement::primitives::Blob;
use bindings::Program;
use bindings::apigatewaymanagement::{Connections, PostToConnection};
use functions::CallError;
use lambda_runtime::Error;
use serde::{Deserialize, Serialize};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Those who are connected.
    pub connections: Connections<PostToConnection>,
}

impl Program for Bindings {
    const NAME: &'static str = "web-socket-say";
}

/// A message of a connection.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// Whose it is.
    pub request_context: Context,
    /// What it says.
    pub body: String,
}

/// Where a message comes from.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// The connection.
    pub connection_id: String,
}

/// What API Gateway is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// 200, or 410 when the connection is gone.
    pub status_code: u16,
}

/// Sends the message back.
///
/// # Errors
/// When API Gateway refuses it.
pub async fn handle(bindings: &Bindings, said: Said) -> Result<Answer, Error> {
    let post = bindings.connections.post_to_connection(said.request_context.connection_id).data(Blob::new(said.body));
    match post.send().await {
        Ok(_) => Ok(Answer { status_code: 200 }),
        Err(error) if error.as_service_error().is_some_and(|it| it.is_gone_exception()) => {
            Ok(Answer { status_code: 410 })
        }
        Err(error) => Err(CallError::new("send the message back", error).into()),
    }
}
