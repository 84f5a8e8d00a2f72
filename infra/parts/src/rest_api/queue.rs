//! Methods that put the body of a request into a queue, with no function between.

use infra::apigateway::{
    GatewayResponse, HttpMethod, Integration, IntegrationResponse, Method, MethodResponse, Model, PassthroughBehavior,
    RequestValidator, ResponseType, RestApi, ServiceIntegration,
};
use infra::iam::{InlinePolicy, PolicyDocument, Role, Statement};
use infra::sqs::StandardQueue;
use infra::{Ref, Stack, Value};
use policies::action;
use serde_json::json;

use super::ALLOW_ORIGIN;

const JSON: &str = "application/json";
const ORIGIN: &str = "method.response.header.Access-Control-Allow-Origin";

/// What the answers say: the status, which of SQS's it is the answer to, and the body.
///
/// Only 400 is the client's fault. SQS answers 503 when it is called too fast, 403 when the role may not send, and 5xx
/// when it fails. <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html>
const ANSWERS: [(u16, Option<&str>, &str); 4] = [
    (202, Some("200"), r#"{"messageId": "$input.path('$.SendMessageResponse.SendMessageResult.MessageId')"}"#),
    (400, Some("400"), r#"{"message": "the queue does not take this body", "field": "body"}"#),
    (503, Some("429|503"), r#"{"message": "too many requests: try again later"}"#),
    (500, None, r#"{"message": "internal error", "request_id": "$context.requestId"}"#),
];

/// Adds to `api` what all its methods before queues share: `{api}JsonObject`, the form of a body; `{api}BodyValidator`,
/// which holds them to it; and `{api}BadRequestBody`, what is answered otherwise.
#[track_caller]
pub(super) fn validation(stack: &mut Stack, api: Ref<RestApi>) -> (Ref<Model>, Ref<RequestValidator>) {
    let id = api.id();
    let object = stack.named(format!("{id}JsonObject")).add(Model {
        rest_api_id: api,
        name: Some("JsonObject".into()),
        content_type: JSON.to_owned(),
        description: None,
        schema: json!({"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}),
    });
    let validator = stack.named(format!("{id}BodyValidator")).add(RequestValidator {
        rest_api_id: api,
        name: Some("body".into()),
        validate_request_body: true,
        validate_request_parameters: false,
    });
    stack.named(format!("{id}BadRequestBody")).add(GatewayResponse {
        rest_api_id: api,
        response_type: ResponseType::BadRequestBody,
        status_code: None,
        response_parameters: [ALLOW_ORIGIN].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        response_templates: [(
            JSON.to_owned(),
            r#"{"message": "`body`: expected a JSON object", "field": "body"}"#.to_owned(),
        )]
        .into(),
    });
    (object, validator)
}

/// Adds the method `{id}`, `verb` on `path`, which sends the body to `queue`, and `{id}Role`, with which API Gateway
/// does so.
#[track_caller]
pub(super) fn method(
    stack: &mut Stack,
    id: &str,
    open: impl FnOnce(Integration) -> Method,
    queue: Ref<StandardQueue>,
    (object, validator): (Ref<Model>, Ref<RequestValidator>),
) {
    let send = Statement::allow([action::sqs::SEND_MESSAGE]).on(queue.arn());
    let role = stack.named(format!("{id}Role")).add(Role {
        policies: vec![InlinePolicy { policy_name: "send".to_owned(), policy_document: PolicyDocument::from([send]) }],
        ..Role::for_service("apigateway.amazonaws.com")
    });
    stack.named(id.to_owned()).add(Method {
        request_models: [(JSON.to_owned(), object)].into(),
        request_validator_id: Some(validator),
        method_responses: ANSWERS.map(|(status_code, ..)| response(status_code)).into(),
        ..open(Integration::AwsService(integration(queue, role)))
    });
}

fn response(status_code: u16) -> MethodResponse {
    MethodResponse { status_code, response_parameters: [(ORIGIN.to_owned(), true)].into(), response_models: [].into() }
}

/// `SendMessage`, in SQS's query protocol: the only one whose call API Gateway can make from a body alone.
fn integration(queue: Ref<StandardQueue>, role: Ref<Role>) -> ServiceIntegration {
    let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    ServiceIntegration {
        uri: Value::from(queue.attribute("QueueName"))
            .surrounded("arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/", ""),
        integration_http_method: HttpMethod::Post,
        credentials: role.into(),
        request_parameters: [text("integration.request.header.Content-Type", "'application/x-www-form-urlencoded'")]
            .into(),
        request_templates: [text(JSON, "Action=SendMessage&MessageBody=$util.urlEncode($input.body)")].into(),
        // A body of another type would be the whole call, and could be any action of SQS.
        passthrough_behavior: PassthroughBehavior::Never,
        integration_responses: ANSWERS
            .map(|(status_code, selection_pattern, body)| IntegrationResponse {
                status_code,
                selection_pattern: selection_pattern.map(str::to_owned),
                response_parameters: [text(ORIGIN, "'*'")].into(),
                response_templates: [text(JSON, body)].into(),
            })
            .into(),
        timeout: None,
    }
}
