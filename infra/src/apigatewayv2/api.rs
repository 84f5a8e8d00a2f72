//! The APIs.

use serde::{Serialize, Serializer};

use super::route::{RouteKey, WebSocketKey};
use crate::check::Check;
use crate::parameter::Url;
use crate::reference::{Ref, Resource};
use crate::units::Seconds;
use crate::value::Value;

/// An HTTP API: cheaper and faster than a REST API, without its models, usage plans and caches.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html>
#[derive(Debug, Clone)]
pub struct HttpApi {
    /// 1 to 128 characters.
    pub name: Value,
    /// Up to 1,024 characters.
    pub description: Option<String>,
    /// What pages of other origins may do with it; API Gateway answers their questions itself.
    pub cors: Option<Cors>,
    /// Whether it is to be reached by a domain of its own alone.
    pub disable_execute_api_endpoint: bool,
}

/// An API whose callers stay connected, and get messages at any time.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html>
#[derive(Debug, Clone)]
pub struct WebSocketApi {
    /// 1 to 128 characters.
    pub name: Value,
    /// Up to 1,024 characters.
    pub description: Option<String>,
    /// What of a message says which route it takes.
    pub route_selection_expression: String,
}

/// What pages of other origins may do.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Cors {
    /// The origins, such as `https://shop.example.com`, or `*` for all.
    pub allow_origins: Vec<String>,
    /// The verbs, or `*` for all.
    pub allow_methods: Vec<String>,
    /// The headers that they may send.
    pub allow_headers: Vec<String>,
    /// The headers that they may read.
    pub expose_headers: Vec<String>,
    /// How long a browser remembers the answer.
    pub max_age: Option<Seconds<0, 86_400>>,
    /// Whether they may send cookies; then no origin is `*`.
    pub allow_credentials: Option<bool>,
}

impl Cors {
    /// What a service would refuse: browsers send no cookies where any origin may ask.
    pub(crate) fn check(&self, check: &mut Check<'_>) {
        if self.allow_credentials == Some(true) && self.allow_origins.iter().any(|origin| origin == "*") {
            let message = "pages of any origin may ask, and send cookies with it";
            check.error("cors-credentials", message).help("name the origins, or remove `allow_credentials`");
        }
    }
}

impl HttpApi {
    /// An API of that name, which pages of other origins cannot use.
    pub fn named(name: impl Into<Value>) -> Self {
        Self { name: name.into(), description: None, cors: None, disable_execute_api_endpoint: false }
    }
}

impl WebSocketApi {
    /// An API of that name, whose messages are JSON with the route as their `action`.
    pub fn named(name: impl Into<Value>) -> Self {
        let route_selection_expression = "$request.body.action".to_owned();
        Self { name: name.into(), description: None, route_selection_expression }
    }
}

impl Serialize for HttpApi {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            protocol_type: &'static str,
            name: &'a Value,
            description: &'a Option<String>,
            cors_configuration: &'a Option<Cors>,
            disable_execute_api_endpoint: Option<bool>,
        }
        Wire {
            protocol_type: "HTTP",
            name: &self.name,
            description: &self.description,
            cors_configuration: &self.cors,
            disable_execute_api_endpoint: self.disable_execute_api_endpoint.then_some(true),
        }
        .serialize(serializer)
    }
}

impl Serialize for WebSocketApi {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            protocol_type: &'static str,
            name: &'a Value,
            description: &'a Option<String>,
            route_selection_expression: &'a str,
        }
        Wire {
            protocol_type: "WEBSOCKET",
            name: &self.name,
            description: &self.description,
            route_selection_expression: &self.route_selection_expression,
        }
        .serialize(serializer)
    }
}

impl Resource for HttpApi {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Api";

    fn check(&self, check: &mut Check<'_>) {
        if let Some(cors) = &self.cors {
            cors.check(check);
        }
    }
}

impl Resource for WebSocketApi {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Api";
}

/// An API of either kind, for what does not depend on the kind.
pub trait Api: Resource {}

impl Api for HttpApi {}

impl Api for WebSocketApi {}

/// The ARN of a part of an API, as IAM and functions know it.
fn execute_arn<A: Api>(api: Ref<A>, part: &str) -> Value {
    let api = api.id().marked();
    Value::sub(format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{api}}}/{part}"))
}

impl Ref<HttpApi> {
    /// The ARN of a route in any of the API's stages, on whose behalf a function is invoked.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
    #[must_use]
    pub fn execute_arn(self, key: &RouteKey) -> Value {
        execute_arn(self, &format!("*/{}", key.pattern()))
    }

    /// The ARN of an authorizer, on whose behalf a function is invoked.
    #[must_use]
    pub fn authorizer_arn<Z: Resource>(self, authorizer: Ref<Z>) -> Value {
        execute_arn(self, &format!("authorizers/${{{}}}", authorizer.id().marked()))
    }

    /// The address of its stage `$default`, without a final `/`.
    #[must_use]
    pub fn url(self) -> Value<Url> {
        Value::sub(format!("https://${{{}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}", self.id().marked()))
    }
}

impl Ref<WebSocketApi> {
    /// The ARN of a route in any of the API's stages, on whose behalf a function is invoked.
    #[must_use]
    pub fn execute_arn(self, key: &WebSocketKey) -> Value {
        execute_arn(self, &format!("*/{key}"))
    }

    /// The ARN of an authorizer, on whose behalf a function is invoked.
    #[must_use]
    pub fn authorizer_arn<Z: Resource>(self, authorizer: Ref<Z>) -> Value {
        execute_arn(self, &format!("authorizers/${{{}}}", authorizer.id().marked()))
    }

    /// Those who are connected to the stage `stage`, as [`bindings::apigatewaymanagement::Connections`] binds them.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html>
    #[must_use]
    pub fn connections(self, stage: &str) -> Connections {
        Connections { address: address(self, "https", stage), arn: execute_arn(self, stage) }
    }

    /// The address at which callers connect to the stage `stage`.
    #[must_use]
    pub fn url(self, stage: &str) -> Value {
        address(self, "wss", stage)
    }
}

fn address(api: Ref<WebSocketApi>, scheme: &str, stage: &str) -> Value {
    Value::sub(format!(
        "{scheme}://${{{}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{stage}",
        api.id().marked()
    ))
}

/// Those who are connected to a stage of a WebSocket API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connections {
    pub(crate) address: Value,
    pub(crate) arn: Value,
}
