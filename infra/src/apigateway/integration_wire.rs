//! Integrations as the template has them: one object for all kinds, told apart by `Type`.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::{HttpMethod, Integration, IntegrationResponse, PassthroughBehavior};
use crate::iam::Role;
use crate::reference::Arn;
use crate::units::Milliseconds;
use crate::value::Value;

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wire<'a> {
    r#type: &'static str,
    integration_http_method: Option<HttpMethod>,
    uri: Option<Value>,
    credentials: Option<&'a Value<Arn<Role>>>,
    request_parameters: Option<&'a IndexMap<String, String>>,
    request_templates: Option<&'a IndexMap<String, String>>,
    passthrough_behavior: Option<PassthroughBehavior>,
    integration_responses: &'a [IntegrationResponse],
    timeout_in_millis: Option<Milliseconds<50, 29_000>>,
}

impl Serialize for Integration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::LambdaProxy { function, timeout } => Wire {
                r#type: "AWS_PROXY",
                // The verb of the call to Lambda itself, whatever the method's own is.
                integration_http_method: Some(HttpMethod::Post),
                uri: Some(function.invocations()),
                timeout_in_millis: *timeout,
                ..Wire::default()
            },
            Self::AwsService(service) => Wire {
                r#type: "AWS",
                integration_http_method: Some(service.integration_http_method),
                uri: Some(service.uri.clone()),
                credentials: Some(&service.credentials),
                request_parameters: Some(&service.request_parameters),
                request_templates: Some(&service.request_templates),
                passthrough_behavior: Some(service.passthrough_behavior),
                integration_responses: &service.integration_responses,
                timeout_in_millis: service.timeout,
            },
            Self::HttpProxy { uri, integration_http_method, timeout } => Wire {
                r#type: "HTTP_PROXY",
                integration_http_method: Some(*integration_http_method),
                uri: Some(uri.clone()),
                timeout_in_millis: *timeout,
                ..Wire::default()
            },
            Self::Mock { request_templates, integration_responses } => Wire {
                r#type: "MOCK",
                request_templates: Some(request_templates),
                passthrough_behavior: Some(PassthroughBehavior::WhenNoMatch),
                integration_responses,
                ..Wire::default()
            },
        }
        .serialize(serializer)
    }
}

/// An HTTP status, which API Gateway writes as text.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(super) fn status<S: Serializer>(status: &u16, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(status)
}

/// An HTTP status, or nothing.
#[expect(clippy::trivially_copy_pass_by_ref, clippy::ref_option, reason = "serde's signature")]
pub(super) fn optional_status<S: Serializer>(status: &Option<u16>, serializer: S) -> Result<S::Ok, S::Error> {
    status.map(|status| status.to_string()).serialize(serializer)
}
