//! What a request's body must look like, and whether that is enforced.

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::RestApi;
use crate::reference::{Ref, Resource};
use crate::value::Value;

/// The form of a body, as a [JSON schema of draft 4](https://datatracker.ietf.org/doc/html/draft-zyp-json-schema-04).
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-model.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Model {
    /// The API. Changing it replaces the model.
    pub rest_api_id: Ref<RestApi>,
    /// Letters and digits, unique in the API; CloudFormation makes one up without it. Changing it replaces the model.
    pub name: Option<Value>,
    /// The media type of the bodies, such as `application/json`. Changing it replaces the model.
    pub content_type: String,
    /// Up to 1,024 characters.
    pub description: Option<String>,
    /// The schema, up to 400 KB.
    #[serde(serialize_with = "text")]
    pub schema: Json,
}

/// A schema as text, which is how API Gateway keeps it: `{}` means something in it, and would be lost as a property.
fn text<S: Serializer>(schema: &Json, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(schema)
}

impl Resource for Model {
    const TYPE: &'static str = "AWS::ApiGateway::Model";
}

/// What of a request API Gateway checks before it calls the integration; a request that fails gets 400.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-requestvalidator.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RequestValidator {
    /// The API. Changing it replaces the validator.
    pub rest_api_id: Ref<RestApi>,
    /// Changing it replaces the validator.
    pub name: Option<Value>,
    /// The body, against the method's model for its media type. A body of a type without a model passes.
    pub validate_request_body: bool,
    /// That every parameter the method requires is there and not empty.
    pub validate_request_parameters: bool,
}

impl Resource for RequestValidator {
    const TYPE: &'static str = "AWS::ApiGateway::RequestValidator";
}
