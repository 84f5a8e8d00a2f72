//! API Gateway: REST APIs, their methods, stages and validators.

use serde_json::{Value as Json, json};

use super::{body, text};
use crate::account::{Account, Live};
use crate::http::{ACCOUNT, Refusal, Request};

/// The operation by the method and the path.
pub(super) fn operation(request: &Request) -> &'static str {
    let steps = request.steps();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    match (request.method.as_str(), &steps[..]) {
        ("GET", ["restapis", _]) => "GetRestApi",
        ("GET", ["restapis", _, "stages", _]) => "GetStage",
        ("GET", ["restapis", _, "resources", _, "methods", _]) => "GetMethod",
        ("PATCH", ["restapis", _, "resources", _, "methods", _]) => "UpdateMethod",
        ("GET", ["restapis", _, "gatewayresponses", _]) => "GetGatewayResponse",
        ("GET", ["restapis", _, "requestvalidators"]) => "GetRequestValidators",
        ("POST", ["restapis", _, "requestvalidators"]) => "CreateRequestValidator",
        _ => "Unknown",
    }
}

fn missing(message: impl Into<String>) -> Refusal {
    Refusal::new(404, "NotFoundException", message)
}

/// Carries a call out.
pub(super) fn call(account: &mut Account, request: &Request, operation: &str) -> Result<Json, Refusal> {
    let steps = request.steps();
    let step = |index: usize| steps.get(index).cloned().unwrap_or_default();
    let (region, api) = (&request.region, step(1));
    let Some(rest_api) = account.find("AWS::ApiGateway::RestApi", region, &api) else {
        return Err(missing(format!("Invalid API identifier specified {ACCOUNT}:{api}")));
    };
    let is_of = |live: &Live, kind: &str| {
        live.resource_type == kind && live.region == *region && live.property("RestApiId") == Some(&api.as_str().into())
    };
    match operation {
        "GetRestApi" => Ok(json!({"id": api, "name": rest_api.property("Name")})),
        "GetStage" => {
            let name = step(3);
            let is_it = |live: &&Live| is_of(live, "AWS::ApiGateway::Stage") && live.id == name;
            let stage = account.live.iter().find(is_it).ok_or_else(|| missing("Invalid stage identifier specified"))?;
            Ok(json!({"stageName": name, "deploymentId": stage.property("DeploymentId")}))
        }
        "GetMethod" | "UpdateMethod" => {
            let (resource, method) = (step(3), step(5));
            let id = format!("{api}|{resource}|{method}");
            let live = account.find_mut("AWS::ApiGateway::Method", region, &id);
            let live = live.ok_or_else(|| missing("Invalid Method identifier specified"))?;
            if operation == "UpdateMethod" {
                let body = body(request);
                let patches = body.get("patchOperations").and_then(Json::as_array).into_iter().flatten();
                for patch in patches.filter(|patch| text(patch, "path") == "/requestValidatorId") {
                    live.set("RequestValidatorId", text(patch, "value").into());
                }
            }
            let integration =
                live.property("Integration").map(|it| json!({"type": it.get("Type"), "uri": it.get("Uri")}));
            Ok(json!({
                "httpMethod": method,
                "authorizationType": live.property("AuthorizationType"),
                "requestValidatorId": live.property("RequestValidatorId"),
                "methodIntegration": integration,
            }))
        }
        "GetGatewayResponse" => {
            let kind = step(3);
            let is_it = |live: &&Live| {
                is_of(live, "AWS::ApiGateway::GatewayResponse")
                    && live.property("ResponseType") == Some(&kind.as_str().into())
            };
            let found = account.live.iter().find(is_it);
            Ok(json!({
                "responseType": kind,
                "statusCode": found.and_then(|live| live.property("StatusCode")),
                "responseParameters": found.and_then(|live| live.property("ResponseParameters")),
                "responseTemplates": found.and_then(|live| live.property("ResponseTemplates")),
                "defaultResponse": found.is_none(),
            }))
        }
        "GetRequestValidators" => {
            let validators = account.live.iter().filter(|live| is_of(live, "AWS::ApiGateway::RequestValidator"));
            let items = validators.map(|live| json!({"id": live.id, "name": live.property("Name")}));
            Ok(json!({ "item": items.collect::<Vec<_>>() }))
        }
        "CreateRequestValidator" => {
            let id = account.suffix(6).to_lowercase();
            let name = text(&body(request), "name").to_owned();
            account.live.push(Live {
                resource_type: "AWS::ApiGateway::RequestValidator".to_owned(),
                id: id.clone(),
                region: region.clone(),
                properties: json!({"RestApiId": api, "Name": name}),
                tags: std::collections::BTreeMap::new(),
                stack: String::new(),
                logical_id: String::new(),
            });
            Ok(json!({"id": id, "name": name}))
        }
        other => Err(Refusal::not_implemented("apigateway", other)),
    }
}
