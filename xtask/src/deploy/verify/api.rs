//! REST APIs: their methods and stages.

use aws_sdk_apigateway::types::{Op, PatchOperation};
use serde_json::Value as Json;

use super::{Deviation, Live};
use crate::cloud::explain;

pub(super) async fn verify_method(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let referenced = |path: &str| live.physical_id_of(live.property(path)?);
    let (Some(api), Some(method)) = (referenced("RestApiId"), live.property("HttpMethod").and_then(Json::as_str))
    else {
        return Ok(Vec::new());
    };
    // A method of the root refers to an attribute of the API, whose value only CloudFormation knows.
    let Some(resource) = referenced("ResourceId") else { return Ok(Vec::new()) };
    let call = live.cloud.apigateway.get_method().rest_api_id(api).resource_id(resource).http_method(method);
    let answer = match call.send().await {
        Ok(answer) => answer,
        Err(error)
            if error
                .as_service_error()
                .is_some_and(aws_sdk_apigateway::operation::get_method::GetMethodError::is_not_found_exception) =>
        {
            return Ok(vec![live.deviation("HttpMethod", method.to_owned(), None)]);
        }
        Err(error) => return Err(explain(error)),
    };
    let integration = answer.method_integration().and_then(|it| it.r#type()).map(|it| it.as_str().to_owned());
    let compared =
        [("AuthorizationType", answer.authorization_type().map(str::to_owned)), ("Integration.Type", integration)];
    Ok(compared.into_iter().filter_map(|(property, value)| live.compare(property, value)).collect())
}

/// The validator that checks a method's requests: made when the API has none, and given to the method.
pub(super) async fn verify_validator(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let referenced = |path: &str| live.physical_id_of(live.property(path)?);
    let validator = live.property("RequestValidatorId").and_then(|it| it.get("Ref")?.as_str());
    let (Some(api), Some(resource), Some(validator)) = (referenced("RestApiId"), referenced("ResourceId"), validator)
    else {
        return Ok(None);
    };
    let Some(method) = live.property("HttpMethod").and_then(Json::as_str) else { return Ok(None) };
    let gateway = &live.cloud.apigateway;
    let actual = gateway.get_method().rest_api_id(api).resource_id(resource).http_method(method);
    if actual.send().await.map_err(explain)?.request_validator_id().is_some() {
        return Ok(None);
    }
    let id = validator_id(live, api, validator).await?;
    let patch = PatchOperation::builder().op(Op::Replace).path("/requestValidatorId").value(id).build();
    let call = gateway.update_method().rest_api_id(api).resource_id(resource).http_method(method);
    call.patch_operations(patch).send().await.map_err(explain)?;
    let deviation = live.deviation("RequestValidatorId", validator.to_owned(), None);
    Ok(Some(Deviation { repaired: true, ..deviation }))
}

/// The id of the validator with the logical id `validator`, by its name; it is made when there is none of that name.
async fn validator_id(live: &Live<'_>, api: &str, validator: &str) -> anyhow::Result<String> {
    let property = |name: &str| live.template.get(validator)?.get("Properties")?.get(name);
    let name = property("Name").and_then(Json::as_str).unwrap_or(validator);
    let gateway = &live.cloud.apigateway;
    let answer = gateway.get_request_validators().rest_api_id(api).send().await.map_err(explain)?;
    if let Some(id) = answer.items().iter().find(|it| it.name() == Some(name)).and_then(|it| it.id()) {
        return Ok(id.to_owned());
    }
    let validates = |name: &str| property(name).and_then(Json::as_bool).unwrap_or(false);
    let call = gateway.create_request_validator().rest_api_id(api).name(name);
    let call = call.validate_request_body(validates("ValidateRequestBody"));
    let made = call.validate_request_parameters(validates("ValidateRequestParameters")).send().await;
    Ok(made.map_err(explain)?.id().unwrap_or_default().to_owned())
}

pub(super) async fn verify_stage(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let id = |path: &str| live.physical_id_of(live.property(path)?);
    let (Some(api), Some(name)) = (id("RestApiId"), live.property("StageName").and_then(Json::as_str)) else {
        return Ok(Vec::new());
    };
    let answer = match live.cloud.apigateway.get_stage().rest_api_id(api).stage_name(name).send().await {
        Ok(answer) => answer,
        Err(error)
            if error
                .as_service_error()
                .is_some_and(aws_sdk_apigateway::operation::get_stage::GetStageError::is_not_found_exception) =>
        {
            return Ok(vec![live.deviation("StageName", name.to_owned(), None)]);
        }
        Err(error) => return Err(explain(error)),
    };
    let (expected, actual) = (id("DeploymentId"), answer.deployment_id());
    let differs = expected.is_some() && expected != actual;
    let deviation =
        differs.then(|| live.deviation("DeploymentId", expected.unwrap_or_default().into(), actual.map(str::to_owned)));
    Ok(deviation.into_iter().collect())
}
