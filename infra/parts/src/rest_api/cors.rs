//! What a browser asks before it sends a request of another origin.

use infra::Ref;
use infra::apigateway::{ApiResource, HttpMethod, Integration, IntegrationResponse, Method, MethodResponse, RestApi};

/// Whether a path with these methods answers the browser by itself.
pub(super) fn answers_options(methods: &[HttpMethod]) -> bool {
    methods.iter().any(|method| matches!(method, HttpMethod::Options | HttpMethod::Any))
}

/// The method that answers the browser for a path with `methods`.
pub(super) fn preflight(api: Ref<RestApi>, resource: Option<Ref<ApiResource>>, methods: &[HttpMethod]) -> Method {
    let methods: Vec<_> = methods.iter().map(HttpMethod::to_string).chain(["OPTIONS".to_owned()]).collect();
    let headers = [
        ("method.response.header.Access-Control-Allow-Origin", "'*'".to_owned()),
        ("method.response.header.Access-Control-Allow-Methods", format!("'{}'", methods.join(","))),
        ("method.response.header.Access-Control-Allow-Headers", "'Content-Type'".to_owned()),
    ];
    let integration = Integration::Mock {
        request_templates: [("application/json".to_owned(), r#"{"statusCode": 204}"#.to_owned())].into(),
        integration_responses: vec![IntegrationResponse {
            status_code: 204,
            selection_pattern: None,
            response_parameters: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            response_templates: [].into(),
        }],
    };
    Method {
        method_responses: vec![MethodResponse {
            status_code: 204,
            response_parameters: headers.into_iter().map(|(name, _)| (name.to_owned(), true)).collect(),
            response_models: [].into(),
        }],
        ..Method::open(api, resource, HttpMethod::Options, integration)
    }
}
