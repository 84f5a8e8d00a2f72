//! REST APIs of API Gateway: their methods, validators, stages and gateway responses.

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types::{Op, PatchOperation};
use futures::future::FutureExt as _;
use serde_json::Value as Json;

use super::deviation::{Deviation, Live};
use super::existence::{found, unless_missing};
use super::{Answer, ResourceType};
use crate::cloud::{Cloud, explain};

pub(super) const TYPES: &[(&str, &dyn ResourceType)] = &[
    ("AWS::ApiGateway::RestApi", &RestApi),
    ("AWS::ApiGateway::Method", &Method),
    ("AWS::ApiGateway::Stage", &Stage),
    ("AWS::ApiGateway::GatewayResponse", &GatewayResponse),
];

struct RestApi;

impl ResourceType for RestApi {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        async move { found(cloud.apigateway.get_rest_api().rest_api_id(id).send().await) }.boxed()
    }
}

struct Method;

impl ResourceType for Method {
    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(method_deviations(live).boxed())
    }
}

struct Stage;

impl ResourceType for Stage {
    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(stage_deviations(live).boxed())
    }
}

struct GatewayResponse;

impl ResourceType for GatewayResponse {
    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(response_deviations(live).boxed())
    }
}

async fn response_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let kind = live.property("ResponseType").and_then(Json::as_str);
    let (Some(api), Some(kind)) = (live.referenced("RestApiId"), kind) else { return Ok(Vec::new()) };
    let call = live.cloud.apigateway.get_gateway_response().rest_api_id(api).response_type(kind.into());
    let Some(actual) = unless_missing(call.send().await)? else { return Ok(live.missing()) };
    // Where none is set, API Gateway tells of its own.
    if actual.default_response() {
        return Ok(live.missing());
    }
    let mut deviations: Vec<_> =
        live.compare("StatusCode", actual.status_code().map(str::to_owned)).into_iter().collect();
    let maps =
        [("ResponseParameters", actual.response_parameters()), ("ResponseTemplates", actual.response_templates())];
    for (property, actual) in maps {
        for (name, expected) in live.property(property).and_then(Json::as_object).into_iter().flatten() {
            let actual = actual.and_then(|actual| actual.get(name));
            if let Some(expected) = expected.as_str().filter(|expected| actual.is_none_or(|actual| actual != expected))
            {
                deviations.push(live.deviation(&format!("{property}[{name}]"), expected.to_owned(), actual.cloned()));
            }
        }
    }
    Ok(deviations)
}

async fn method_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    // A method of the root refers to an attribute of the API, whose value only CloudFormation knows.
    let (Some(api), Some(resource), Some(method)) = (
        live.referenced("RestApiId"),
        live.referenced("ResourceId"),
        live.property("HttpMethod").and_then(Json::as_str),
    ) else {
        return Ok(Vec::new());
    };
    let gateway = &live.cloud.apigateway;
    let answer = gateway.get_method().rest_api_id(api).resource_id(resource).http_method(method).send().await;
    let Some(actual) = unless_missing(answer)? else { return Ok(live.missing()) };
    let integration = actual.method_integration().and_then(|it| it.r#type()).map(|it| it.as_str().to_owned());
    let compared = [
        live.compare("AuthorizationType", actual.authorization_type().map(str::to_owned)),
        live.compare("Integration.Type", integration),
    ];
    let mut deviations: Vec<_> = compared.into_iter().flatten().collect();
    let validator = live.property("RequestValidatorId").and_then(|it| it.get("Ref")?.as_str());
    if let (Some(validator), None) = (validator, actual.request_validator_id()) {
        let wanted = Validator {
            name: live.property_of(validator, "Name").and_then(Json::as_str).unwrap_or(validator).to_owned(),
            validates_body: live.property_of(validator, "ValidateRequestBody").and_then(Json::as_bool) == Some(true),
            validates_parameters: live.property_of(validator, "ValidateRequestParameters").and_then(Json::as_bool)
                == Some(true),
        };
        let (gateway, api) = (gateway.clone(), api.to_owned());
        let update = gateway.update_method().rest_api_id(&api).resource_id(resource).http_method(method);
        let deviation = live.deviation("RequestValidatorId", validator.to_owned(), None);
        deviations.push(deviation.repaired_by(async move {
            let id = wanted.id(&gateway, &api).await?;
            let patch = PatchOperation::builder().op(Op::Replace).path("/requestValidatorId").value(id).build();
            update.patch_operations(patch).send().await.map(|_| ()).map_err(explain)
        }));
    }
    Ok(deviations)
}

/// A validator of requests that an API shall have.
struct Validator {
    name: String,
    validates_body: bool,
    validates_parameters: bool,
}

impl Validator {
    /// Its id in the API, by its name; it is made when there is none of that name.
    async fn id(&self, gateway: &Client, api: &str) -> anyhow::Result<String> {
        let answer = gateway.get_request_validators().rest_api_id(api).send().await.map_err(explain)?;
        let named = answer.items().iter().find(|it| it.name() == Some(self.name.as_str()));
        if let Some(id) = named.and_then(|it| it.id()) {
            return Ok(id.to_owned());
        }
        let call = gateway.create_request_validator().rest_api_id(api).name(&self.name);
        let call = call.validate_request_body(self.validates_body);
        let made = call.validate_request_parameters(self.validates_parameters).send().await.map_err(explain)?;
        Ok(made.id().unwrap_or_default().to_owned())
    }
}

async fn stage_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let (Some(api), Some(name)) = (live.referenced("RestApiId"), live.property("StageName").and_then(Json::as_str))
    else {
        return Ok(Vec::new());
    };
    let answer = live.cloud.apigateway.get_stage().rest_api_id(api).stage_name(name).send().await;
    let Some(actual) = unless_missing(answer)? else { return Ok(live.missing()) };
    let (expected, actual) = (live.referenced("DeploymentId"), actual.deployment_id());
    let differs = expected.filter(|expected| actual != Some(expected));
    Ok(differs
        .map(|expected| live.deviation("DeploymentId", expected.to_owned(), actual.map(str::to_owned)))
        .into_iter()
        .collect())
}
