//! What callers can do with a path.

use std::fmt;

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::{ApiResource, Integration, Model, RequestValidator, RestApi, SERVICE, UsagePlan, resource};
use crate::check::Check;
use crate::lambda::Permission;
use crate::reference::{Ref, Resource};
use crate::value::{Intrinsic, Value};

/// What callers can do with a path: one verb, and what it calls.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html>
#[derive(Debug, Clone)]
pub struct Method {
    /// The API. Changing it replaces the method.
    pub rest_api_id: Ref<RestApi>,
    /// The last part of the path; `None` for `/`. Changing it replaces the method.
    pub resource_id: Option<Ref<ApiResource>>,
    /// The verb. Changing it replaces the method.
    pub http_method: HttpMethod,
    /// Who may call it.
    pub authorization: Authorization,
    /// Whether a request needs an API key of a usage plan.
    pub api_key_required: Option<bool>,
    /// The parameters it reads, each with whether a request must have it.
    pub request_parameters: IndexMap<RequestParameter, bool>,
    /// The form of the body, by media type.
    pub request_models: IndexMap<String, Ref<Model>>,
    /// What is enforced of parameters and body; nothing without it.
    pub request_validator_id: Option<Ref<RequestValidator>>,
    /// What it calls.
    pub integration: Integration,
    /// What it answers; a proxy integration needs none.
    pub method_responses: Vec<MethodResponse>,
}

/// A verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "HTTP's own names")]
pub enum HttpMethod {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    /// Every verb without a method of its own.
    Any,
}

impl fmt::Display for HttpMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Any => "ANY",
        })
    }
}

/// Who may call a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "AuthorizationType", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "PascalCase")]
pub enum Authorization {
    /// Anyone.
    None,
    /// Principals of AWS with `execute-api:Invoke`.
    AwsIam,
    /// Users of a Cognito user pool.
    CognitoUserPools {
        /// The authorizer that names the pool.
        authorizer_id: Value,
        /// The scopes of which a token needs one; empty for any.
        authorization_scopes: Vec<String>,
    },
    /// Whom a function lets in.
    Custom {
        /// The authorizer that names the function.
        authorizer_id: Value,
    },
}

/// A parameter that a method reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RequestParameter {
    /// Of the query string.
    QueryString(String),
    /// A header.
    Header(String),
    /// A part of the path.
    Path(String),
}

impl Serialize for RequestParameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::QueryString(name) => serializer.collect_str(&format_args!("method.request.querystring.{name}")),
            Self::Header(name) => serializer.collect_str(&format_args!("method.request.header.{name}")),
            Self::Path(name) => serializer.collect_str(&format_args!("method.request.path.{name}")),
        }
    }
}

/// What a method answers with one HTTP status.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MethodResponse {
    /// The HTTP status.
    #[serde(serialize_with = "super::integration_wire::status")]
    pub status_code: u16,
    /// Headers, as `method.response.header.NAME`, each with whether every answer has it.
    pub response_parameters: IndexMap<String, bool>,
    /// The form of the body, by media type.
    pub response_models: IndexMap<String, Ref<Model>>,
}

impl Method {
    /// A method that anyone may call, whose requests nothing checks before `integration`.
    #[must_use]
    pub fn open(
        rest_api: Ref<RestApi>,
        path: Option<Ref<ApiResource>>,
        http_method: HttpMethod,
        integration: Integration,
    ) -> Self {
        Self {
            rest_api_id: rest_api,
            resource_id: path,
            http_method,
            authorization: Authorization::None,
            api_key_required: None,
            request_parameters: IndexMap::new(),
            request_models: IndexMap::new(),
            request_validator_id: None,
            integration,
            method_responses: Vec::new(),
        }
    }

    fn check_path(&self, check: &mut Check<'_>) {
        let stack = check.stack;
        let path = self.resource_id.and_then(|resource| stack.get(resource));
        if let Some(path) = path
            && path.rest_api_id != self.rest_api_id
        {
            let (own, other) = (self.rest_api_id.id(), path.rest_api_id.id());
            check.error("other-api", format!("its path belongs to `{other}`, while it belongs to `{own}`"));
        }
        let known = ApiResource::path_parameters(stack, self.resource_id);
        for parameter in self.request_parameters.keys() {
            if let RequestParameter::Path(name) = parameter
                && !known.contains(&name.as_str())
            {
                check.error("path-parameter", format!("its path has no parameter `{name}`"));
            }
        }
    }

    fn check_responses(&self, check: &mut Check<'_>) {
        for response in self.integration.responses() {
            let status = response.status_code;
            let Some(declared) = self.method_responses.iter().find(|declared| declared.status_code == status) else {
                check
                    .error(
                        "undeclared-response",
                        format!("its integration answers {status}, which it does not declare"),
                    )
                    .help(format!("add a method response with the status {status}"));
                continue;
            };
            let undeclared =
                response.response_parameters.keys().filter(|name| !declared.response_parameters.contains_key(*name));
            for name in undeclared {
                check
                    .error(
                        "undeclared-response",
                        format!("its answer {status} sets `{name}`, which it does not declare"),
                    )
                    .help("add it to the method response's parameters");
            }
        }
    }

    fn check_validation(&self, check: &mut Check<'_>) {
        let validator = self.request_validator_id.and_then(|validator| check.stack.get(validator));
        let enforces = |what: fn(&RequestValidator) -> bool| validator.is_some_and(what);
        let required = self.request_parameters.values().any(|required| *required);
        if !self.request_models.is_empty() && !enforces(|validator| validator.validate_request_body) {
            check
                .warning("not-validated", "no validator holds its request's body to its model")
                .help("set `request_validator_id` to one with `validate_request_body`");
        }
        if required && !enforces(|validator| validator.validate_request_parameters) {
            check
                .warning("not-validated", "no validator asks for its required parameters")
                .help("set `request_validator_id` to one with `validate_request_parameters`");
        }
    }
}

impl Resource for Method {
    const TYPE: &'static str = "AWS::ApiGateway::Method";

    fn check(&self, check: &mut Check<'_>) {
        self.check_path(check);
        self.check_responses(check);
        self.check_validation(check);
        if let Integration::LambdaProxy { function, .. } = self.integration {
            Permission::check_given(function, SERVICE, check);
        }
        let covers = |plan: &UsagePlan| plan.stages.iter().any(|(api, _)| *api == self.rest_api_id);
        if self.api_key_required == Some(true) && !check.stack.resources_of::<UsagePlan>().any(|(_, plan)| covers(plan))
        {
            let message =
                format!("it asks for a key, and `{}` is under no usage plan of the stack", self.rest_api_id.id());
            check.warning("api-key-without-plan", message).help("add a `UsagePlan` with its stage, or no key lets in");
        }
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            rest_api_id: Ref<RestApi>,
            resource_id: Intrinsic,
            http_method: HttpMethod,
            #[serde(flatten)]
            authorization: &'a Authorization,
            api_key_required: Option<bool>,
            request_parameters: &'a IndexMap<RequestParameter, bool>,
            request_models: &'a IndexMap<String, Ref<Model>>,
            request_validator_id: Option<Ref<RequestValidator>>,
            integration: &'a Integration,
            method_responses: &'a [MethodResponse],
        }
        Wire {
            rest_api_id: self.rest_api_id,
            resource_id: resource::id(self.rest_api_id, self.resource_id),
            http_method: self.http_method,
            authorization: &self.authorization,
            api_key_required: self.api_key_required,
            request_parameters: &self.request_parameters,
            request_models: &self.request_models,
            request_validator_id: self.request_validator_id,
            integration: &self.integration,
            method_responses: &self.method_responses,
        }
        .serialize(serializer)
    }
}
