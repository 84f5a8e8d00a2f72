//! Who decides who may call methods.

use serde::{Serialize, Serializer};

use super::{Authorization, RestApi, SERVICE};
use crate::check::Check;
use crate::lambda::{Invocable, Permission};
use crate::reference::{Ref, Resource};
use crate::units::Seconds;
use crate::value::Value;

/// Lets in whom a function lets in: it answers with a policy.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-authorizer.html>
#[derive(Debug, Clone)]
pub struct LambdaAuthorizer {
    /// The API. Changing it replaces the authorizer.
    pub rest_api: Ref<RestApi>,
    /// 1 to 128 characters.
    pub name: String,
    /// The function or alias. It needs [`FunctionAuthorizer::permission`], which `parts::authorizer` adds.
    pub function: Invocable,
    /// What of a request says who asks. A request without it gets 401, and the function is not asked.
    pub identity: Identity,
    /// How long an answer is kept for what has the same identity, up to 3,600 s; without it, it is not.
    pub result_ttl: Option<Seconds<0, 3_600>>,
}

/// What of a request says who asks.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// A token, which the function gets alone.
    Token {
        /// The header, such as `Authorization`.
        header: String,
        /// The regular expression that a token has to match before the function is asked.
        validation: Option<String>,
    },
    /// Parts of the request, which the function gets whole, such as `method.request.header.Authorization`.
    Request(Vec<String>),
}

/// Lets in whoever has a token of a user pool of Cognito.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html>
#[derive(Debug, Clone)]
pub struct CognitoAuthorizer {
    /// The API. Changing it replaces the authorizer.
    pub rest_api: Ref<RestApi>,
    /// 1 to 128 characters.
    pub name: String,
    /// The ARNs of the pools.
    pub user_pools: Vec<Value>,
    /// The header that has the token.
    pub header: String,
}

/// An authorizer that asks a function.
pub trait FunctionAuthorizer: Resource + Sized {
    /// The permission by which API Gateway invokes the function. `authorizer` is the reference to this authorizer.
    fn permission(&self, authorizer: Ref<Self>) -> Permission;
}

impl FunctionAuthorizer for LambdaAuthorizer {
    fn permission(&self, authorizer: Ref<Self>) -> Permission {
        Permission::service(self.function, SERVICE, self.rest_api.authorizer_arn(authorizer))
    }
}

impl Authorization {
    /// Whom the function of `authorizer` lets in.
    #[must_use]
    pub fn lambda(authorizer: Ref<LambdaAuthorizer>) -> Self {
        Self::Custom { authorizer_id: authorizer.into() }
    }

    /// Who has a token of a pool of `authorizer` with one of `scopes`, or with none of them any.
    pub fn cognito(authorizer: Ref<CognitoAuthorizer>, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let authorization_scopes = scopes.into_iter().map(Into::into).collect();
        Self::CognitoUserPools { authorizer_id: authorizer.into(), authorization_scopes }
    }
}

impl Ref<RestApi> {
    /// The ARN of an authorizer, on whose behalf a function is invoked.
    #[must_use]
    pub fn authorizer_arn(self, authorizer: Ref<LambdaAuthorizer>) -> Value {
        let (api, authorizer) = (self.id().marked(), authorizer.id().marked());
        Value::sub(format!(
            "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{api}}}/authorizers/${{{authorizer}}}"
        ))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wire<'a> {
    rest_api_id: Ref<RestApi>,
    name: &'a str,
    #[serde(rename = "Type")]
    kind: &'static str,
    identity_source: Option<String>,
    identity_validation_expression: Option<&'a str>,
    authorizer_uri: Option<Value>,
    authorizer_result_ttl_in_seconds: Option<u32>,
    #[serde(rename = "ProviderARNs")]
    providers: &'a [Value],
}

impl Serialize for LambdaAuthorizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, source, validation) = match &self.identity {
            Identity::Token { header, validation } => {
                ("TOKEN", format!("method.request.header.{header}"), validation.as_deref())
            }
            Identity::Request(parts) => ("REQUEST", parts.join(","), None),
        };
        Wire {
            rest_api_id: self.rest_api,
            name: &self.name,
            kind,
            identity_source: (!source.is_empty()).then_some(source),
            identity_validation_expression: validation,
            authorizer_uri: Some(self.function.invocations()),
            // API Gateway itself keeps answers for 300 s.
            authorizer_result_ttl_in_seconds: Some(self.result_ttl.map_or(0, Seconds::get)),
            providers: &[],
        }
        .serialize(serializer)
    }
}

impl Serialize for CognitoAuthorizer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire {
            rest_api_id: self.rest_api,
            name: &self.name,
            kind: "COGNITO_USER_POOLS",
            identity_source: Some(format!("method.request.header.{}", self.header)),
            identity_validation_expression: None,
            authorizer_uri: None,
            authorizer_result_ttl_in_seconds: None,
            providers: &self.user_pools,
        }
        .serialize(serializer)
    }
}

impl Resource for LambdaAuthorizer {
    const TYPE: &'static str = "AWS::ApiGateway::Authorizer";

    fn check(&self, check: &mut Check<'_>) {
        let names_nothing = matches!(&self.identity, Identity::Request(parts) if parts.is_empty());
        check_ttl(self.result_ttl, names_nothing, "identity", check);
        Permission::check_given(self.function, SERVICE, check);
    }
}

/// How long answers are kept, and for whom.
pub(crate) fn check_ttl(ttl: Option<Seconds<0, 3_600>>, names_nothing: bool, field: &str, check: &mut Check<'_>) {
    if ttl.is_some_and(|ttl| ttl.get() > 0) && names_nothing {
        let message = "answers are kept, and nothing says for whom";
        check.error("authorizer-ttl", message).help(format!("name in `{field}` what says who asks"));
    }
}

impl Resource for CognitoAuthorizer {
    const TYPE: &'static str = "AWS::ApiGateway::Authorizer";

    fn check(&self, check: &mut Check<'_>) {
        if self.user_pools.is_empty() {
            check.error("jwt-audience", "it names no user pool").help("name the ARN of one in `user_pools`");
        }
    }
}
