//! Who decides who may.

use serde::{Serialize, Serializer};

use super::api::{HttpApi, WebSocketApi};
use crate::apigateway::{FunctionAuthorizer, SERVICE, check_ttl};
use crate::check::Check;
use crate::lambda::{Invocable, Permission};
use crate::reference::{Ref, Resource};
use crate::units::Seconds;
use crate::value::Value;

/// Lets in whoever has a token (JWT) of an issuer. API Gateway checks it by itself, with the issuer's public keys.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>
#[derive(Debug, Clone)]
pub struct JwtAuthorizer {
    /// The API. Changing it replaces the authorizer.
    pub api: Ref<HttpApi>,
    /// 1 to 128 characters.
    pub name: String,
    /// Who makes the tokens, such as `https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC`.
    pub issuer: Value,
    /// For whom they are made: a token has to name one of these.
    pub audience: Vec<Value>,
    /// Where a request has its token.
    pub identity_source: String,
}

impl JwtAuthorizer {
    /// Takes tokens of `issuer` for `audience`, in the header `Authorization`.
    pub fn new(
        api: Ref<HttpApi>,
        name: impl Into<String>,
        issuer: impl Into<Value>,
        audience: impl IntoIterator<Item = impl Into<Value>>,
    ) -> Self {
        Self {
            api,
            name: name.into(),
            issuer: issuer.into(),
            audience: audience.into_iter().map(Into::into).collect(),
            identity_source: "$request.header.Authorization".to_owned(),
        }
    }
}

/// Lets in whom a function of an HTTP API lets in: it answers with `isAuthorized`.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>
#[derive(Debug, Clone)]
pub struct LambdaAuthorizer {
    /// The API. Changing it replaces the authorizer.
    pub api: Ref<HttpApi>,
    /// 1 to 128 characters.
    pub name: String,
    /// The function or alias. It needs [`FunctionAuthorizer::permission`], which `parts::authorizer` adds.
    pub function: Invocable,
    /// What of a request says who asks, such as `$request.header.Authorization`. A request without it gets 401, and the function
    /// is not asked.
    pub identity_source: Vec<String>,
    /// How long an answer is kept for what has the same identity, up to 3,600 s; without it, it is not.
    pub result_ttl: Option<Seconds<0, 3_600>>,
}

/// Lets whom a function lets connect to a WebSocket API: it answers with a policy.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html>
#[derive(Debug, Clone)]
pub struct WebSocketAuthorizer {
    /// The API. Changing it replaces the authorizer.
    pub api: Ref<WebSocketApi>,
    /// 1 to 128 characters.
    pub name: String,
    /// The function or alias. It needs [`FunctionAuthorizer::permission`], which `parts::authorizer` adds.
    pub function: Invocable,
    /// What of the request says who asks, such as `route.request.querystring.token`.
    pub identity_source: Vec<String>,
}

impl FunctionAuthorizer for LambdaAuthorizer {
    fn permission(&self, authorizer: Ref<Self>) -> Permission {
        Permission::service(self.function, SERVICE, self.api.authorizer_arn(authorizer))
    }
}

impl FunctionAuthorizer for WebSocketAuthorizer {
    fn permission(&self, authorizer: Ref<Self>) -> Permission {
        Permission::service(self.function, SERVICE, self.api.authorizer_arn(authorizer))
    }
}

impl Serialize for JwtAuthorizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Jwt<'a> {
            issuer: &'a Value,
            audience: &'a [Value],
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            api_id: Ref<HttpApi>,
            name: &'a str,
            authorizer_type: &'static str,
            identity_source: [&'a str; 1],
            jwt_configuration: Jwt<'a>,
        }
        Wire {
            api_id: self.api,
            name: &self.name,
            authorizer_type: "JWT",
            identity_source: [&self.identity_source],
            jwt_configuration: Jwt { issuer: &self.issuer, audience: &self.audience },
        }
        .serialize(serializer)
    }
}

impl Serialize for LambdaAuthorizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            api_id: Ref<HttpApi>,
            name: &'a str,
            authorizer_type: &'static str,
            authorizer_uri: Value,
            authorizer_payload_format_version: &'static str,
            enable_simple_responses: bool,
            authorizer_result_ttl_in_seconds: u32,
            identity_source: &'a [String],
        }
        Wire {
            api_id: self.api,
            name: &self.name,
            authorizer_type: "REQUEST",
            authorizer_uri: self.function.invocations(),
            authorizer_payload_format_version: "2.0",
            enable_simple_responses: true,
            // API Gateway itself keeps answers for 300 s.
            authorizer_result_ttl_in_seconds: self.result_ttl.map_or(0, Seconds::get),
            identity_source: &self.identity_source,
        }
        .serialize(serializer)
    }
}

impl Serialize for WebSocketAuthorizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            api_id: Ref<WebSocketApi>,
            name: &'a str,
            authorizer_type: &'static str,
            authorizer_uri: Value,
            identity_source: &'a [String],
        }
        Wire {
            api_id: self.api,
            name: &self.name,
            authorizer_type: "REQUEST",
            authorizer_uri: self.function.invocations(),
            identity_source: &self.identity_source,
        }
        .serialize(serializer)
    }
}

impl Resource for JwtAuthorizer {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Authorizer";

    fn check(&self, check: &mut Check<'_>) {
        if self.audience.is_empty() {
            check.error("jwt-audience", "it takes tokens for anyone").help("name in `audience` for whom they are made");
        }
        if self.issuer.literal().is_some_and(|issuer| !issuer.starts_with("https://")) {
            let message = "its issuer is no address of `https://`, at which its public keys are";
            check.error("jwt-issuer", message).help("name the issuer as its tokens do");
        }
    }
}

impl Resource for LambdaAuthorizer {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Authorizer";

    fn check(&self, check: &mut Check<'_>) {
        check_ttl(self.result_ttl, self.identity_source.is_empty(), "identity_source", check);
        Permission::check_given(self.function, SERVICE, check);
    }
}

impl Resource for WebSocketAuthorizer {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Authorizer";

    fn check(&self, check: &mut Check<'_>) {
        Permission::check_given(self.function, SERVICE, check);
    }
}
