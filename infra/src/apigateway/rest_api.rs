//! The API itself.

use serde::{Serialize, Serializer};

use super::{ApiStage, HttpMethod};
use crate::iam::PolicyDocument;
use crate::reference::{Ref, Resource};
use crate::units::Integer;
use crate::value::{Intrinsic, Value};

/// A REST API.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html>
#[derive(Debug, Clone)]
pub struct RestApi {
    /// 1 to 1,024 characters; need not be unique.
    pub name: Value,
    /// Up to 1,024 characters.
    pub description: Option<String>,
    /// From where it is reached.
    pub endpoint_type: EndpointType,
    /// The media types whose bodies are bytes, such as `image/png`. All others are UTF-8 text.
    pub binary_media_types: Vec<String>,
    /// Answers of at least this many bytes are compressed when the client accepts it, 0 to 10,485,760. Without it none
    /// is.
    pub minimum_compression_size: Option<Integer<0, 10_485_760>>,
    /// Closes the `execute-api` address, so that the API is reached through its own domain only.
    pub disable_execute_api_endpoint: Option<bool>,
    /// Who may call it, beside what its methods ask for; each statement names its principal.
    pub policy: Option<PolicyDocument>,
}

/// From where an API is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EndpointType {
    /// The region's own address.
    Regional,
    /// The nearest location of AWS's edge network.
    Edge,
    /// Within virtual private clouds only.
    Private,
}

impl RestApi {
    /// A regional API with this name and nothing else.
    pub fn named(name: impl Into<Value>) -> Self {
        Self {
            name: name.into(),
            description: None,
            endpoint_type: EndpointType::Regional,
            binary_media_types: Vec::new(),
            minimum_compression_size: None,
            disable_execute_api_endpoint: None,
            policy: None,
        }
    }
}

impl Ref<RestApi> {
    /// The resource of the path `/`, which every API has.
    #[must_use]
    pub const fn root_resource_id(self) -> Intrinsic {
        self.attribute("RootResourceId")
    }

    /// The ARN of one method in every stage, as permissions and policies name it. `path` starts with `/`; path
    /// parameters, such as `{id}`, are any text.
    ///
    /// ```
    /// use infra::apigateway::{HttpMethod, RestApi};
    /// use infra::{Stack, Stage};
    ///
    /// let mut stack = Stack::new("orders", &Stage::default());
    /// let api = stack.named("Api").add(RestApi::named("orders"));
    /// let arn = serde_json::to_value(api.execute_arn(HttpMethod::Get, "/orders/{id}")).unwrap();
    /// assert_eq!(
    ///     arn["Fn::Sub"],
    ///     "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/orders/*"
    /// );
    /// ```
    #[must_use]
    pub fn execute_arn(self, method: HttpMethod, path: &str) -> Value {
        let path: Vec<_> = path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect();
        let verb = if method == HttpMethod::Any { "*".to_owned() } else { method.to_string() };
        Value::sub(format!(
            "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}}}/*/{verb}{}",
            self.id().marked(),
            path.join("/")
        ))
    }

    /// The address of one of its stages, without a final `/`.
    #[must_use]
    pub fn invoke_url(self, stage: Ref<ApiStage>) -> Value {
        Value::sub(format!(
            "https://${{{}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/${{{}}}",
            self.id().marked(),
            stage.id().marked()
        ))
    }
}

impl Resource for RestApi {
    const TYPE: &'static str = "AWS::ApiGateway::RestApi";
}

impl Serialize for RestApi {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct EndpointConfiguration {
            types: [EndpointType; 1],
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            name: &'a Value,
            description: &'a Option<String>,
            endpoint_configuration: EndpointConfiguration,
            binary_media_types: &'a [String],
            minimum_compression_size: Option<Integer<0, 10_485_760>>,
            disable_execute_api_endpoint: Option<bool>,
            policy: &'a Option<PolicyDocument>,
        }
        Wire {
            name: &self.name,
            description: &self.description,
            endpoint_configuration: EndpointConfiguration { types: [self.endpoint_type] },
            binary_media_types: &self.binary_media_types,
            minimum_compression_size: self.minimum_compression_size,
            disable_execute_api_endpoint: self.disable_execute_api_endpoint,
            policy: &self.policy,
        }
        .serialize(serializer)
    }
}
