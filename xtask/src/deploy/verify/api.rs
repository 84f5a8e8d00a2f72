//! REST APIs: their methods and stages.

use serde_json::Value as Json;

use super::{Deviation, Live};
use crate::cloud::explain;

pub(super) async fn verify_method(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let referenced = |path: &str| {
        let id = live.property(path)?.get("Ref")?.as_str()?;
        live.physical.get(id).copied()
    };
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

pub(super) async fn verify_stage(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let id = |path: &str| live.property(path)?.get("Ref")?.as_str().and_then(|id| live.physical.get(id)).copied();
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
