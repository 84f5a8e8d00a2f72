//! What API Gateway itself answers when a request does not reach the integration.

use indexmap::IndexMap;
use serde::Serialize;

use super::RestApi;
use crate::reference::{Ref, Resource};

/// An answer of API Gateway itself.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-gatewayresponse.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GatewayResponse {
    /// The API. Changing it replaces the response.
    pub rest_api_id: Ref<RestApi>,
    /// When it is given. Changing it replaces the response.
    pub response_type: ResponseType,
    /// The HTTP status instead of API Gateway's own.
    #[serde(serialize_with = "super::integration_wire::optional_status")]
    pub status_code: Option<u16>,
    /// Headers, as `gatewayresponse.header.NAME`, with their values: text in single quotes, or a mapping expression
    /// such as `method.request.header.origin`.
    pub response_parameters: IndexMap<String, String>,
    /// Bodies by media type.
    pub response_templates: IndexMap<String, String>,
}

/// When an answer of API Gateway itself is given.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ResponseType {
    /// Any 4xx without a response of its own.
    #[serde(rename = "DEFAULT_4XX")]
    Default4xx,
    /// Any 5xx without a response of its own.
    #[serde(rename = "DEFAULT_5XX")]
    Default5xx,
    /// The authorizer or a resource policy refused.
    #[serde(rename = "ACCESS_DENIED")]
    AccessDenied,
    /// The body does not fit the method's model.
    #[serde(rename = "BAD_REQUEST_BODY")]
    BadRequestBody,
    /// A required parameter is missing.
    #[serde(rename = "BAD_REQUEST_PARAMETERS")]
    BadRequestParameters,
    /// The integration failed.
    #[serde(rename = "INTEGRATION_FAILURE")]
    IntegrationFailure,
    /// The integration took too long.
    #[serde(rename = "INTEGRATION_TIMEOUT")]
    IntegrationTimeout,
    /// The path or method does not exist.
    #[serde(rename = "MISSING_AUTHENTICATION_TOKEN")]
    MissingAuthenticationToken,
    /// The body is over 10 MB.
    #[serde(rename = "REQUEST_TOO_LARGE")]
    RequestTooLarge,
    /// The stage's throttle is exceeded.
    #[serde(rename = "THROTTLED")]
    Throttled,
    /// The authorizer found no one.
    #[serde(rename = "UNAUTHORIZED")]
    Unauthorized,
    /// No template for the body's media type.
    #[serde(rename = "UNSUPPORTED_MEDIA_TYPE")]
    UnsupportedMediaType,
}

impl Resource for GatewayResponse {
    const TYPE: &'static str = "AWS::ApiGateway::GatewayResponse";
}
