//! Bindings to those who are connected to a stage of a WebSocket API.

#[cfg(feature = "apigatewaymanagement")]
mod calls;

crate::binding! {
    /// Those who are connected to a stage of a WebSocket API, with the operations `A` granted on them. Its environment
    /// variable is the stage's address, `https://{api}.execute-api.{region}.amazonaws.com/{stage}`.
    ///
    /// Each event of the API has the id of its connection, `requestContext.connectionId`.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html>
    pub struct Connections(url);
    use aws_sdk_apigatewaymanagement if (feature = "apigatewaymanagement");

    DeleteConnection: "execute-api:ManageConnections" on "{arn}/DELETE/@connections/*" => delete_connection by hand;
    GetConnection: "execute-api:ManageConnections" on "{arn}/GET/@connections/*" => get_connection by hand;
    PostToConnection: "execute-api:ManageConnections" on "{arn}/POST/@connections/*" => post_to_connection by hand;
}
