//! Which request or message goes where, and who may send it.

use std::fmt;

use serde::{Serialize, Serializer};

use super::api::{HttpApi, WebSocketApi};
use super::authorizer::{JwtAuthorizer, LambdaAuthorizer, WebSocketAuthorizer};
use super::integration::{HttpIntegration, WebSocketIntegration};
use crate::apigateway::HttpMethod;
use crate::check::Check;
use crate::reference::{LogicalId, Ref, Resource};
use crate::value::{Intrinsic, Value};

/// A request of an HTTP API: what it calls, and who may.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html>
#[derive(Debug, Clone)]
pub struct HttpRoute {
    /// The API. Changing it replaces the route.
    pub api: Ref<HttpApi>,
    /// Which request.
    pub key: RouteKey,
    /// Who may send it.
    pub authorization: HttpAuthorization,
    /// What it calls.
    pub target: Ref<HttpIntegration>,
}

/// Which request takes a route.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteKey {
    /// Any that no other route takes.
    Default,
    /// A verb on a path, such as `/orders/{id}`, or `/files/{path+}` for all below.
    Request(HttpMethod, String),
}

impl RouteKey {
    /// A verb on a path.
    pub fn new(method: HttpMethod, path: impl Into<String>) -> Self {
        Self::Request(method, path.into())
    }

    /// It as a part of an ARN: verb and path, in which a parameter is anything.
    pub(super) fn pattern(&self) -> String {
        match self {
            Self::Default => "$default".to_owned(),
            Self::Request(method, path) => {
                let verb = if *method == HttpMethod::Any { "*".to_owned() } else { method.to_string() };
                let parts: Vec<_> = path.split('/').map(|it| if it.starts_with('{') { "*" } else { it }).collect();
                format!("{verb}{}", parts.join("/"))
            }
        }
    }

    /// What API Gateway would refuse of it.
    fn problem(&self) -> Option<&'static str> {
        let Self::Request(_, path) = self else { return None };
        let Some(rest) = path.strip_prefix('/') else { return Some("a path begins with `/`") };
        let parts: Vec<_> = rest.split('/').collect();
        let last = parts.len() - 1;
        for (place, part) in parts.iter().enumerate() {
            if part.is_empty() && last > 0 {
                return Some("a path has something between two `/`, and does not end in one");
            }
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            if name.is_none() && part.contains(['{', '}']) {
                return Some("a parameter is a whole part of the path: `{name}` or `{name+}`");
            }
            if name.is_some_and(|name| name.ends_with('+')) && place != last {
                return Some("nothing comes after `{name+}`, which takes all of the rest");
            }
        }
        None
    }
}

impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("$default"),
            Self::Request(method, path) => write!(f, "{method} {path}"),
        }
    }
}

/// Who may send a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpAuthorization {
    /// Anyone.
    None,
    /// Principals of AWS with `execute-api:Invoke`.
    AwsIam,
    /// Whoever has a token that the authorizer takes.
    Jwt {
        /// The authorizer.
        authorizer: Ref<JwtAuthorizer>,
        /// The scopes of which the token needs one; empty for any.
        scopes: Vec<String>,
    },
    /// Whom a function lets in.
    Lambda(Ref<LambdaAuthorizer>),
}

/// A message of a WebSocket API, or its beginning or end: what it calls. What answers it sends to the connection.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html>
#[derive(Debug, Clone)]
pub struct WebSocketRoute {
    /// The API. Changing it replaces the route.
    pub api: Ref<WebSocketApi>,
    /// Which message, and of that of a connection, who may make one.
    pub key: WebSocketKey,
    /// What it calls.
    pub target: Ref<WebSocketIntegration>,
}

/// Which message takes a route.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebSocketKey {
    /// Somebody connects. Who may is decided then, for all that comes later.
    Connect(WebSocketAuthorization),
    /// Somebody has gone.
    Disconnect,
    /// One that no other route takes.
    Default,
    /// One by what the API selects routes by, such as `place-order`.
    Action(String),
}

/// Who may connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebSocketAuthorization {
    /// Anyone.
    None,
    /// Principals of AWS with `execute-api:Invoke`.
    AwsIam,
    /// Whom a function lets in.
    Lambda(Ref<WebSocketAuthorizer>),
}

impl fmt::Display for WebSocketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect(_) => "$connect",
            Self::Disconnect => "$disconnect",
            Self::Default => "$default",
            Self::Action(action) => action,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wire<'a> {
    api_id: Intrinsic,
    route_key: String,
    authorization_type: &'static str,
    authorizer_id: Option<Intrinsic>,
    authorization_scopes: &'a [String],
    target: Value,
}

fn target(integration: LogicalId) -> Value {
    Value::sub(format!("integrations/${{{}}}", integration.marked()))
}

impl Serialize for HttpRoute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (authorization_type, authorizer, scopes) = match &self.authorization {
            HttpAuthorization::None => ("NONE", None, &[][..]),
            HttpAuthorization::AwsIam => ("AWS_IAM", None, &[][..]),
            HttpAuthorization::Jwt { authorizer, scopes } => ("JWT", Some(authorizer.id()), &scopes[..]),
            HttpAuthorization::Lambda(authorizer) => ("CUSTOM", Some(authorizer.id()), &[][..]),
        };
        Wire {
            api_id: Intrinsic::Ref(self.api.id()),
            route_key: self.key.to_string(),
            authorization_type,
            authorizer_id: authorizer.map(Intrinsic::Ref),
            authorization_scopes: scopes,
            target: target(self.target.id()),
        }
        .serialize(serializer)
    }
}

impl Serialize for WebSocketRoute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (authorization_type, authorizer) = match self.key {
            WebSocketKey::Connect(WebSocketAuthorization::AwsIam) => ("AWS_IAM", None),
            WebSocketKey::Connect(WebSocketAuthorization::Lambda(authorizer)) => ("CUSTOM", Some(authorizer.id())),
            _ => ("NONE", None),
        };
        Wire {
            api_id: Intrinsic::Ref(self.api.id()),
            route_key: self.key.to_string(),
            authorization_type,
            authorizer_id: authorizer.map(Intrinsic::Ref),
            authorization_scopes: &[],
            target: target(self.target.id()),
        }
        .serialize(serializer)
    }
}

impl Resource for HttpRoute {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Route";

    fn check(&self, check: &mut Check<'_>) {
        if let Some(problem) = self.key.problem() {
            check.error("route-key", format!("`{}` is no route: {problem}", self.key));
        }
        let others =
            check.stack.resources_of::<Self>().filter(|(_, other)| other.api == self.api && other.key == self.key);
        let first = others.map(|(other, _)| other.id()).next().filter(|first| *first != check.id());
        if let Some(first) = first {
            let message = format!("`{}` is the route `{first}` already", self.key);
            check.error("route-twice", message).help("remove one of them");
        }
        check_api(self.api, check.stack.get(self.target).map(|integration| integration.api), check);
    }
}

fn check_api<A>(own: Ref<A>, of_integration: Option<Ref<A>>, check: &mut Check<'_>) {
    if of_integration.is_some_and(|api| api != own) {
        let message = format!("it is of `{}`, and calls what is of another API", own.id());
        check.error("other-api", message).help("add an integration of its own API");
    }
}

impl Resource for WebSocketRoute {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Route";

    fn check(&self, check: &mut Check<'_>) {
        let same = |other: &Self| other.api == self.api && other.key.to_string() == self.key.to_string();
        let others = check.stack.resources_of::<Self>().filter(|(_, other)| same(other));
        let first = others.map(|(other, _)| other.id()).next().filter(|first| *first != check.id());
        if let Some(first) = first {
            let message = format!("`{}` is the route `{first}` already", self.key);
            check.error("route-twice", message).help("remove one of them");
        }
        check_api(self.api, check.stack.get(self.target).map(|integration| integration.api), check);
    }
}
