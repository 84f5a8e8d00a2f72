//! The routes and the authorizers of APIs, and what they call.

use serde_json::Value as Json;

use super::Wiring;
use crate::audit::arns::Arns;
use crate::audit::expression::{shown, sub, text};
use crate::audit::resources::{of_type, properties, type_of};

/// How deep a path may be, so that a template with a loop ends.
const DEEPEST: usize = 100;

/// What an API calls something for: a method, a route or an authorizer.
pub(super) struct Route<'a> {
    /// Its logical id.
    pub(super) by: &'a str,
    /// The logical id of the API.
    pub(super) api: String,
    /// What it is for people, such as `GET /orders`.
    pub(super) what: String,
    part: Part,
    /// What it calls.
    pub(super) call: Call<'a>,
}

/// The part of an API on whose behalf it invokes functions, as ARNs name it.
enum Part {
    /// A route, in each stage: `GET/orders`.
    Route(String),
    /// An authorizer, by its logical id.
    Authorizer,
}

/// What API Gateway calls, and how it is said in the template.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    /// The resource that says so.
    pub(super) by: &'a str,
    /// The URI that is called; null when it is said otherwise.
    uri: &'a Json,
    /// The ARN of the role with which it is called; null without one.
    pub(super) credentials: &'a Json,
    integration: &'a Json,
}

/// The call of a service by the integration of an HTTP API, and the parameter that names what it is on.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html>
const SERVICE_CALLS: [(&str, &str, &str); 8] = [
    ("EventBridge-PutEvents", "EventBusName", "events:PutEvents"),
    ("Kinesis-PutRecord", "StreamName", "kinesis:PutRecord"),
    ("SQS-DeleteMessage", "QueueUrl", "sqs:DeleteMessage"),
    ("SQS-PurgeQueue", "QueueUrl", "sqs:PurgeQueue"),
    ("SQS-ReceiveMessage", "QueueUrl", "sqs:ReceiveMessage"),
    ("SQS-SendMessage", "QueueUrl", "sqs:SendMessage"),
    ("StepFunctions-StartExecution", "StateMachineArn", "states:StartExecution"),
    ("StepFunctions-StartSyncExecution", "StateMachineArn", "states:StartSyncExecution"),
];

impl<'a> Call<'a> {
    fn of_method(by: &'a str, method: &'a Json) -> Self {
        let integration = &method["Integration"];
        Self { by, uri: &integration["Uri"], credentials: &integration["Credentials"], integration }
    }

    fn of_integration(by: &'a str, integration: &'a Json) -> Self {
        Self { by, uri: &integration["IntegrationUri"], credentials: &integration["CredentialsArn"], integration }
    }

    /// The function of the template that it invokes: by its own ARN, or by that of its invocations.
    pub(super) fn function<'b>(&self, arns: &'b Arns) -> Option<&'b str> {
        let uri = text(self.uri);
        let Some((_, path)) = uri.split_once(":lambda:path/") else { return arns.resource(&uri) };
        let (_, function) = path.split_once("/functions/")?;
        arns.resource(function.strip_suffix("/invocations")?)
    }

    /// The queue of the template that it calls by its path: account and name.
    pub(super) fn queue<'b>(&self, arns: &'b Arns) -> Option<&'b str> {
        let uri = text(self.uri);
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

    /// The action of a service that an HTTP API calls, and what it is on, as `Ref` has it.
    pub(super) fn service_call(&self) -> Option<(&'static str, String)> {
        let subtype = self.integration["IntegrationSubtype"].as_str()?;
        let (_, parameter, action) = SERVICE_CALLS.iter().find(|(it, ..)| *it == subtype)?;
        Some((action, text(self.integration["RequestParameters"].get(parameter)?)))
    }
}

impl Wiring<'_> {
    /// What the APIs of the template call something for.
    pub(super) fn routes(&self) -> Vec<Route<'_>> {
        let template = self.template();
        let methods = of_type(template, "AWS::ApiGateway::Method").filter_map(|(id, it)| self.method(id, it));
        let routes = of_type(template, "AWS::ApiGatewayV2::Route").filter_map(|(id, it)| self.route(id, it));
        methods.chain(routes).chain(self.authorizers()).collect()
    }

    /// What the APIs of the template call.
    pub(super) fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        let methods = of_type(self.template(), "AWS::ApiGateway::Method").map(|(id, it)| Call::of_method(id, it));
        let integrations =
            of_type(self.template(), "AWS::ApiGatewayV2::Integration").map(|(id, it)| Call::of_integration(id, it));
        methods.chain(integrations).chain(self.authorizers().map(|authorizer| authorizer.call))
    }

    fn method<'b>(&self, id: &'b str, method: &'b Json) -> Option<Route<'b>> {
        let verb = method["HttpMethod"].as_str()?;
        let path = self.path(&method["ResourceId"], DEEPEST);
        Some(Route {
            by: id,
            api: shown(&text(method.get("RestApiId")?)),
            what: format!("`{verb} {path}`"),
            part: Part::Route(pattern(verb, &path)),
            call: Call::of_method(id, method),
        })
    }

    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html>
    fn route<'b>(&'b self, id: &'b str, route: &'b Json) -> Option<Route<'b>> {
        let target = text(route.get("Target")?);
        let integration = shown(target.strip_prefix("integrations/")?);
        let (integration, properties) =
            of_type(self.template(), "AWS::ApiGatewayV2::Integration").find(|(id, _)| *id == integration)?;
        let key = shown(&text(route.get("RouteKey")?));
        // A key such as `$default` or a message's action has no path.
        let part = key.split_once(' ').map_or_else(|| key.clone(), |(verb, path)| pattern(verb, path));
        Some(Route {
            by: id,
            api: shown(&text(route.get("ApiId")?)),
            what: format!("`{key}`"),
            part: Part::Route(part),
            call: Call::of_integration(integration, properties),
        })
    }

    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html>
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>
    fn authorizers(&self) -> impl Iterator<Item = Route<'_>> {
        let kinds = [
            ("AWS::ApiGateway::Authorizer", "RestApiId", "AuthorizerCredentials"),
            ("AWS::ApiGatewayV2::Authorizer", "ApiId", "AuthorizerCredentialsArn"),
        ];
        kinds.into_iter().flat_map(|(kind, api, credentials)| {
            of_type(self.template(), kind).filter_map(move |(id, authorizer)| {
                let uri = authorizer.get("AuthorizerUri")?;
                Some(Route {
                    by: id,
                    api: shown(&text(authorizer.get(api)?)),
                    what: format!("the authorizer `{id}`"),
                    part: Part::Authorizer,
                    call: Call { by: id, uri, credentials: &authorizer[credentials], integration: &Json::Null },
                })
            })
        })
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

    /// The ARN of what API Gateway invokes functions for, of a route in all stages and in each that the template names.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html>
    pub(super) fn route_arns(&self, route: &Route<'_>) -> Vec<String> {
        let api = sub(&format!(
            "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}}}",
            route.api
        ));
        let part = match &route.part {
            Part::Authorizer => return vec![format!("{api}/authorizers/{}", sub(&format!("${{{}}}", route.by)))],
            Part::Route(part) => part,
        };
        let arn = |stage: &str| format!("{api}/{stage}/{part}");
        let kinds = [
            ("AWS::ApiGateway::Stage", "RestApiId"),
            ("AWS::ApiGateway::Deployment", "RestApiId"),
            ("AWS::ApiGatewayV2::Stage", "ApiId"),
        ];
        let stages = kinds.into_iter().flat_map(|(kind, api)| {
            of_type(self.template(), kind).filter_map(move |(id, stage)| {
                let is_of_api = stage.get(api).is_some_and(|it| shown(&text(it)) == route.api);
                let name = stage.get("StageName").map(text).filter(|_| is_of_api)?;
                Some([arn(&name), arn(&sub(&format!("${{{id}}}")))])
            })
        });
        [arn("*")].into_iter().chain(stages.flatten()).collect()
    }
}

/// A verb and a path as a part of an ARN, in which a parameter is anything.
fn pattern(verb: &str, path: &str) -> String {
    let path: Vec<_> = path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect();
    format!("{}{}", if verb == "ANY" { "*" } else { verb }, path.join("/"))
}
