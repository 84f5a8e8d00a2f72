//! The routes of REST APIs.

use serde_json::Value as Json;

use super::Wiring;
use crate::audit::arns::Arns;
use crate::audit::expression::{shown, sub, text};
use crate::audit::resources::{of_type, properties, type_of};

/// How deep a path may be, so that a template with a loop ends.
const DEEPEST: usize = 100;

/// A method of a path of an API.
pub(super) struct Route<'a> {
    /// The logical id of the method.
    pub(super) method: &'a str,
    /// The logical id of the API.
    pub(super) api: String,
    /// What it answers to, such as `GET`, or `ANY`.
    pub(super) verb: &'a str,
    /// The path, such as `/orders/{id}`.
    pub(super) path: String,
    integration: &'a Json,
}

impl Route<'_> {
    /// Whether API Gateway has a role for what it calls.
    pub(super) fn has_role(&self) -> bool {
        self.integration.get("Credentials").is_some()
    }

    /// The role of the template that API Gateway has for what it calls.
    pub(super) fn role<'b>(&self, arns: &'b Arns) -> Option<&'b str> {
        arns.resource(&text(self.integration.get("Credentials")?))
    }

    /// The function of the template that it invokes.
    pub(super) fn function<'b>(&self, arns: &'b Arns) -> Option<&'b str> {
        let uri = text(&self.integration["Uri"]);
        let (_, function) = uri.split_once(":lambda:path/")?.1.split_once("/functions/")?;
        arns.resource(function.strip_suffix("/invocations")?)
    }

    /// The queue of the template that it calls by its path: account and name.
    pub(super) fn queue<'b>(&self, arns: &'b Arns) -> Option<&'b str> {
        let uri = text(&self.integration["Uri"]);
        let (_, queue) = uri.split_once(":sqs:path/")?.1.split_once('/')?;
        arns.resource(&format!("{}{queue}", sub("arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:")))
    }

    /// What it calls of a queue: the request's `Action`, in a parameter or in the text of its body.
    pub(super) fn queue_operation(&self) -> String {
        let parameter = &self.integration["RequestParameters"]["integration.request.querystring.Action"];
        let mut templates = self.integration["RequestTemplates"].as_object().into_iter().flatten();
        let in_body = |(_, body): (&String, &Json)| {
            let body = text(body);
            let operation = body.split_once("Action=")?.1;
            let operation = operation.split(|it: char| !it.is_ascii_alphanumeric()).next()?;
            Some(operation.to_owned()).filter(|it| !it.is_empty())
        };
        // Without quotes it is the place in the request from which it is taken.
        let given = parameter.as_str().and_then(|it| it.strip_prefix('\'')?.strip_suffix('\'')).map(str::to_owned);
        given.or_else(|| templates.find_map(in_body)).unwrap_or_else(|| "SendMessage".to_owned())
    }
}

impl Wiring<'_> {
    /// The routes that the template has a method for.
    pub(super) fn routes(&self) -> Vec<Route<'_>> {
        let route = |(id, method)| self.route(id, method);
        of_type(self.template(), "AWS::ApiGateway::Method").filter_map(route).collect()
    }

    fn route<'b>(&self, id: &'b str, method: &'b Json) -> Option<Route<'b>> {
        let api = shown(&text(method.get("RestApiId")?));
        let verb = method["HttpMethod"].as_str()?;
        let path = self.path(&method["ResourceId"], DEEPEST);
        Some(Route { method: id, api, verb, path, integration: &method["Integration"] })
    }

    /// The path that ends in `part`, which may be the API's root.
    fn path(&self, part: &Json, depth: usize) -> String {
        let id = shown(&text(part));
        if depth == 0 || type_of(self.template(), &id) != "AWS::ApiGateway::Resource" {
            return "/".to_owned();
        }
        let part = properties(self.template(), &id);
        let before = self.path(&part["ParentId"], depth - 1);
        format!("{}/{}", before.trim_end_matches('/'), shown(&text(&part["PathPart"])))
    }

    /// The ARN of what API Gateway invokes functions for, in all stages and in each that the template names.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html>
    pub(super) fn route_arns(&self, route: &Route<'_>) -> Vec<String> {
        let path: Vec<_> = route.path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect();
        let verb = if route.verb == "ANY" { "*" } else { route.verb };
        let api = sub(&format!(
            "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}}}",
            route.api
        ));
        let arn = |stage: &str| format!("{api}/{stage}/{verb}{}", path.join("/"));
        let stages = ["AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment"].into_iter();
        let stages = stages.flat_map(|it| of_type(self.template(), it)).filter_map(|(id, stage)| {
            let is_of_api = stage.get("RestApiId").is_some_and(|it| shown(&text(it)) == route.api);
            let name = stage.get("StageName").map(text).filter(|_| is_of_api)?;
            Some([arn(&name), arn(&sub(&format!("${{{id}}}")))])
        });
        [arn("*")].into_iter().chain(stages.flatten()).collect()
    }
}
