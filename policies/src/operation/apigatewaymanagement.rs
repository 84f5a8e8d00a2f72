//! The connections of `WebSocket` APIs of Amazon API Gateway.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html>

super::operations! {
    "apigatewaymanagement" as "execute-api",
    same: [],
    DeleteConnection: ["execute-api:ManageConnections"],
    GetConnection: ["execute-api:ManageConnections"],
    PostToConnection: ["execute-api:ManageConnections"],
}
