//! What routes call.

use indexmap::IndexMap;
use policies::action;
use serde::{Serialize, Serializer};

use super::api::{HttpApi, WebSocketApi};
use crate::apigateway::SERVICE;
use crate::check::Check;
use crate::eventbridge::EventBus;
use crate::iam::{Role, Statement};
use crate::lambda::{Invocable, Permission};
use crate::reference::{Arn, Ref, Resource};
use crate::sqs::{FifoQueue, Queue, StandardQueue};
use crate::stepfunctions::{Express, Standard, StateMachine};
use crate::units::Milliseconds;
use crate::value::Value;

/// What routes of an HTTP API call.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html>
#[derive(Debug, Clone)]
pub struct HttpIntegration {
    /// The API. Changing it replaces the integration.
    pub api: Ref<HttpApi>,
    /// What is called.
    pub calls: Calls,
    /// How long the answer may take, 50 to 30,000 ms. API Gateway's default is 30,000.
    pub timeout: Option<Milliseconds<50, 30_000>>,
}

/// What a route calls.
#[derive(Debug, Clone)]
pub enum Calls {
    /// A function or alias, which gets the whole request and gives the whole answer.
    Function(Invocable),
    /// A service, with a role.
    Service(Box<ServiceCall>, Value<Arn<Role>>),
    /// A service on the web.
    Web(String),
}

/// A call of a service that API Gateway makes itself, with what its role must allow for that.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html>
#[derive(Debug, Clone)]
pub struct ServiceCall {
    subtype: &'static str,
    parameters: IndexMap<&'static str, Value>,
    right: Statement,
}

impl ServiceCall {
    fn new<const N: usize>(subtype: &'static str, right: Statement, parameters: [(&'static str, Value); N]) -> Self {
        Self { subtype, parameters: parameters.into_iter().collect(), right }
    }

    fn sending<Q: Queue>(queue: Ref<Q>) -> Self {
        let right = Statement::allow([action::sqs::SEND_MESSAGE]).on(queue.arn());
        let parameters = [("QueueUrl", queue.into()), ("MessageBody", "$request.body".into())];
        Self::new("SQS-SendMessage", right, parameters)
    }

    /// Sends the body to `queue`.
    #[must_use]
    pub fn send(queue: Ref<StandardQueue>) -> Self {
        Self::sending(queue)
    }

    /// Sends the body to `queue`, in order within `group`, such as `$request.path.customer`.
    #[must_use]
    pub fn send_fifo(queue: Ref<FifoQueue>, group: impl Into<Value>) -> Self {
        let mut send = Self::sending(queue);
        send.parameters.insert("MessageGroupId", group.into());
        send
    }

    /// Starts an execution of `machine` with the body, and answers with its ARN.
    #[must_use]
    pub fn start(machine: Ref<StateMachine<Standard>>) -> Self {
        let right = Statement::allow([action::states::START_EXECUTION]).on(machine.arn());
        let parameters = [("StateMachineArn", machine.into()), ("Input", "$request.body".into())];
        Self::new("StepFunctions-StartExecution", right, parameters)
    }

    /// Runs the express `machine` with the body to its end, and answers with what it gives.
    #[must_use]
    pub fn run(machine: Ref<StateMachine<Express>>) -> Self {
        let right = Statement::allow([action::states::START_SYNC_EXECUTION]).on(machine.arn());
        let parameters = [("StateMachineArn", machine.into()), ("Input", "$request.body".into())];
        Self::new("StepFunctions-StartSyncExecution", right, parameters)
    }

    /// Puts an event on `bus`, with the body as its detail.
    pub fn put_event(bus: Ref<EventBus>, source: impl Into<Value>, detail_type: impl Into<Value>) -> Self {
        let right = Statement::allow([action::events::PUT_EVENTS]).on(bus.arn());
        let parameters = [
            ("EventBusName", bus.into()),
            ("Source", source.into()),
            ("DetailType", detail_type.into()),
            ("Detail", "$request.body".into()),
        ];
        Self::new("EventBridge-PutEvents", right, parameters)
    }

    /// What the role must allow with which it is called.
    #[must_use]
    pub fn right(&self) -> Statement {
        self.right.clone()
    }
}

impl HttpIntegration {
    const fn new(api: Ref<HttpApi>, calls: Calls) -> Self {
        Self { api, calls, timeout: None }
    }

    /// Invokes `function`. A [`crate::lambda::Permission`] has to let the API.
    pub fn function(api: Ref<HttpApi>, function: impl Into<Invocable>) -> Self {
        Self::new(api, Calls::Function(function.into()))
    }

    /// Calls a service with `role`.
    pub fn service(api: Ref<HttpApi>, call: ServiceCall, role: impl Into<Value<Arn<Role>>>) -> Self {
        Self::new(api, Calls::Service(Box::new(call), role.into()))
    }

    /// Hands the request to the service at `url`.
    pub fn web(api: Ref<HttpApi>, url: impl Into<String>) -> Self {
        Self::new(api, Calls::Web(url.into()))
    }
}

impl Serialize for HttpIntegration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            api_id: Ref<HttpApi>,
            integration_type: &'static str,
            integration_subtype: Option<&'static str>,
            integration_uri: Option<Value>,
            integration_method: Option<&'static str>,
            credentials_arn: Option<&'a Value<Arn<Role>>>,
            request_parameters: Option<&'a IndexMap<&'static str, Value>>,
            payload_format_version: &'static str,
            timeout_in_millis: Option<Milliseconds<50, 30_000>>,
        }
        let mut wire = Wire {
            api_id: self.api,
            integration_type: "AWS_PROXY",
            integration_subtype: None,
            integration_uri: None,
            integration_method: None,
            credentials_arn: None,
            request_parameters: None,
            payload_format_version: "1.0",
            timeout_in_millis: self.timeout,
        };
        match &self.calls {
            Calls::Function(function) => {
                wire.integration_uri = Some(function.arn().into());
                wire.payload_format_version = "2.0";
            }
            Calls::Service(call, role) => {
                wire.integration_subtype = Some(call.subtype);
                wire.credentials_arn = Some(role);
                wire.request_parameters = Some(&call.parameters);
            }
            Calls::Web(url) => {
                wire.integration_type = "HTTP_PROXY";
                wire.integration_uri = Some(url.as_str().into());
                wire.integration_method = Some("ANY");
            }
        }
        wire.serialize(serializer)
    }
}

impl Resource for HttpIntegration {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Integration";

    fn check(&self, check: &mut Check<'_>) {
        if let Calls::Function(function) = self.calls {
            Permission::check_given(function, SERVICE, check);
        }
    }
}

/// What routes of a WebSocket API call: a function. A [`crate::lambda::Permission`] has to let the API.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html>
#[derive(Debug, Clone)]
pub struct WebSocketIntegration {
    /// The API. Changing it replaces the integration.
    pub api: Ref<WebSocketApi>,
    /// The function or alias.
    pub function: Invocable,
    /// How long the answer may take, 50 to 29,000 ms. API Gateway's default is 29,000.
    pub timeout: Option<Milliseconds<50, 29_000>>,
}

impl Serialize for WebSocketIntegration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            api_id: Ref<WebSocketApi>,
            integration_type: &'static str,
            integration_uri: Value,
            timeout_in_millis: Option<Milliseconds<50, 29_000>>,
        }
        Wire {
            api_id: self.api,
            integration_type: "AWS_PROXY",
            integration_uri: self.function.invocations(),
            timeout_in_millis: self.timeout,
        }
        .serialize(serializer)
    }
}

impl Resource for WebSocketIntegration {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Integration";

    fn check(&self, check: &mut Check<'_>) {
        Permission::check_given(self.function, SERVICE, check);
    }
}
