//! Calls of an API at its own address.

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::operation::delete_connection::builders::DeleteConnectionFluentBuilder;
use aws_sdk_apigatewaymanagement::operation::get_connection::builders::GetConnectionFluentBuilder;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::builders::PostToConnectionFluentBuilder;

use super::{Connections, DeleteConnection, GetConnection, PostToConnection};
use crate::{Grants, evidence};

impl<A> Connections<A> {
    /// The SDK's `delete_connection`, which ends a connection.
    #[must_use]
    #[track_caller]
    pub fn delete_connection<P>(&self, connection_id: impl Into<String>) -> DeleteConnectionFluentBuilder
    where
        A: Grants<DeleteConnection, P>,
    {
        evidence::call::<Self, DeleteConnection>();
        self.client_of_api().delete_connection().connection_id(connection_id)
    }

    /// The SDK's `get_connection`, which tells since when somebody is connected.
    #[must_use]
    #[track_caller]
    pub fn get_connection<P>(&self, connection_id: impl Into<String>) -> GetConnectionFluentBuilder
    where
        A: Grants<GetConnection, P>,
    {
        evidence::call::<Self, GetConnection>();
        self.client_of_api().get_connection().connection_id(connection_id)
    }

    /// The SDK's `post_to_connection`, which sends up to 128 KB. Who has gone is error 410, `GoneException`.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>
    #[must_use]
    #[track_caller]
    pub fn post_to_connection<P>(&self, connection_id: impl Into<String>) -> PostToConnectionFluentBuilder
    where
        A: Grants<PostToConnection, P>,
    {
        evidence::call::<Self, PostToConnection>();
        self.client_of_api().post_to_connection().connection_id(connection_id)
    }

    /// The client of the service, at the address of this API: connections and credentials are shared with the others.
    fn client_of_api(&self) -> Client {
        Client::from_conf(self.client.get().config().to_builder().endpoint_url(self.url()).build())
    }
}
