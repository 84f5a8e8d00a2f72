//! What a method calls.

use indexmap::IndexMap;
use serde::Serialize;

use super::HttpMethod;
use crate::iam::Role;
use crate::lambda::Invocable;
use crate::reference::Arn;
use crate::units::Milliseconds;
use crate::value::Value;

/// What a method calls.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-method-integration.html>
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a stack holds few, and a box would stand in the way of literals")]
pub enum Integration {
    /// A function, which gets the whole request and gives the whole answer. It needs a [`crate::lambda::Permission`].
    LambdaProxy {
        /// The function or alias.
        function: Invocable,
        /// How long API Gateway waits, 50 to 29,000 ms. Its default is 29,000.
        timeout: Option<Milliseconds<50, 29_000>>,
    },
    /// An action of an AWS service, such as `SendMessage` of SQS.
    AwsService(ServiceIntegration),
    /// An HTTP endpoint that gets the whole request and gives the whole answer.
    HttpProxy {
        /// Its address.
        uri: Value,
        /// The verb it is called with.
        integration_http_method: HttpMethod,
        /// How long API Gateway waits, 50 to 29,000 ms. Its default is 29,000.
        timeout: Option<Milliseconds<50, 29_000>>,
    },
    /// Nothing: API Gateway answers itself.
    Mock {
        /// Templates by the request's media type; each gives an object with the `statusCode` to answer with.
        request_templates: IndexMap<String, String>,
        /// The answers.
        integration_responses: Vec<IntegrationResponse>,
    },
}

/// How an action of an AWS service is called.
#[derive(Debug, Clone)]
pub struct ServiceIntegration {
    /// `arn:${AWS::Partition}:apigateway:${AWS::Region}:SERVICE:path/PATH` or `…:action/ACTION`.
    pub uri: Value,
    /// The verb the service is called with, mostly `POST`.
    pub integration_http_method: HttpMethod,
    /// The role with which it is called; `apigateway.amazonaws.com` may assume it.
    pub credentials: Value<Arn<Role>>,
    /// Parameters of the call, such as `integration.request.header.Content-Type`, with text in single quotes or an
    /// expression such as `method.request.querystring.id`.
    pub request_parameters: IndexMap<String, String>,
    /// Bodies of the call, by the request's media type.
    pub request_templates: IndexMap<String, String>,
    /// What happens to a body of a media type without a template.
    pub passthrough_behavior: PassthroughBehavior,
    /// The answers.
    pub integration_responses: Vec<IntegrationResponse>,
    /// How long API Gateway waits, 50 to 29,000 ms. Its default is 29,000.
    pub timeout: Option<Milliseconds<50, 29_000>>,
}

/// What happens to a request body of a media type without a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PassthroughBehavior {
    /// It is refused with 415.
    Never,
    /// It is passed on when there is no template at all, else refused with 415.
    WhenNoTemplates,
    /// It is passed on.
    WhenNoMatch,
}

/// One answer of an integration.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct IntegrationResponse {
    /// The HTTP status answered; the method declares it too.
    #[serde(serialize_with = "super::integration_wire::status")]
    pub status_code: u16,
    /// A regular expression on the endpoint's own status; `None` for the answer in all other cases.
    pub selection_pattern: Option<String>,
    /// Headers, as `method.response.header.NAME`, with text in single quotes or an expression such as
    /// `integration.response.header.ETag`. The method declares them too.
    pub response_parameters: IndexMap<String, String>,
    /// Bodies by media type.
    pub response_templates: IndexMap<String, String>,
}

impl Integration {
    /// The function `function`, with API Gateway's own timeout.
    #[must_use]
    pub fn lambda(function: impl Into<Invocable>) -> Self {
        Self::LambdaProxy { function: function.into(), timeout: None }
    }

    /// The answers it maps; none when the endpoint's answer is passed through.
    pub(super) fn responses(&self) -> &[IntegrationResponse] {
        match self {
            Self::LambdaProxy { .. } | Self::HttpProxy { .. } => &[],
            Self::AwsService(service) => &service.integration_responses,
            Self::Mock { integration_responses, .. } => integration_responses,
        }
    }
}
