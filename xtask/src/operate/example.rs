//! Events as services of AWS send them to a function, with the names of what the stack connects to it.
//!
//! Their forms are those of AWS's documents, each under "services" of
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html>.

use serde_json::{Value as Json, json};

use super::moment;
use super::queue::is_fifo;
use super::route;
use super::running_stack::{Kind, QUEUE, RunningStack};
use crate::cli::Example;
use crate::failure::Failure;
use crate::services::cloudformation::Resource;

const BUCKET: Kind = Kind { one: "bucket", several: "buckets", types: &["AWS::S3::Bucket"] };
const TOPIC: Kind = Kind { one: "topic", several: "topics", types: &["AWS::SNS::Topic"] };
const INTEGRATION: Kind =
    Kind { one: "integration", several: "integrations", types: &["AWS::ApiGatewayV2::Integration"] };
const RULE: Kind = Kind { one: "rule", several: "rules", types: &["AWS::Events::Rule"] };

/// An event of `example` for the function `function`, which carries `body`.
///
/// # Errors
/// When the stack has nothing of the kind, or the body is no JSON where it must be.
pub fn event(
    running: &RunningStack,
    function: &Resource,
    example: Example,
    body: Option<&str>,
) -> anyhow::Result<Json> {
    Source { running, function, is_strict: false }.event(example, body)
}

/// Whether the stack connects a service to the function, so that the example is of what it gets.
#[must_use]
pub fn is_connected(running: &RunningStack, function: &Resource, example: Example) -> bool {
    Source { running, function, is_strict: true }.event(example, None).is_ok()
}

struct Source<'a> {
    running: &'a RunningStack,
    function: &'a Resource,
    /// Whether nothing is taken that is not connected to the function.
    is_strict: bool,
}

impl Source<'_> {
    fn event(&self, example: Example, body: Option<&str>) -> anyhow::Result<Json> {
        match example {
            Example::Api => self.api(body),
            Example::Sqs => self.sqs(body),
            Example::S3 => self.s3(body),
            Example::Sns => self.sns(body),
            Example::Eventbridge => self.eventbridge(body),
            Example::Schedule => self.schedule(),
        }
    }

    fn is_function(&self, text: &Json) -> bool {
        text.as_str().is_some_and(|text| self.running.is_function(text, &self.function.id))
    }

    /// The resource of a kind for which `connects` holds, else the first one.
    fn connected(&self, kind: Kind, connects: impl Fn(&Resource) -> bool) -> anyhow::Result<&Resource> {
        let any = || self.running.all(kind).next().filter(|_| !self.is_strict);
        let found = self.running.all(kind).find(|it| connects(it)).or_else(any);
        found.ok_or_else(|| self.none(&format!("has no {}", kind.one)))
    }

    /// The rule with `property` that invokes the function, else the first one with it.
    fn rule(&self, property: &str, what: &str) -> anyhow::Result<&Resource> {
        let properties = |rule: &Resource| self.running.properties(&rule.id);
        let rules = || self.running.all(RULE).filter(|it| properties(it).get(property).is_some());
        let any = || rules().next().filter(|_| !self.is_strict);
        let found = rules().find(|it| self.invokes(properties(it))).or_else(any);
        found.ok_or_else(|| self.none(&format!("has no rule with {what}")))
    }

    fn none(&self, why: &str) -> anyhow::Error {
        let message = format!("there is no example of this service: `{}` {why}", self.running.stack.name());
        Failure::new(message).help("`--event` takes any event").into()
    }

    fn sqs(&self, body: Option<&str>) -> anyhow::Result<Json> {
        let consumes = |queue: &Resource| self.running.consumers(&queue.id).iter().any(|it| it.id == self.function.id);
        let queue = self.connected(QUEUE, consumes)?;
        let (now, arn) = (moment::now().to_string(), self.running.arn(&queue.id));
        let mut attributes = json!({
            "ApproximateReceiveCount": "1",
            "SentTimestamp": now,
            "SenderId": self.running.cloud.account,
            "ApproximateFirstReceiveTimestamp": now,
        });
        if is_fifo(&arn) {
            attributes["MessageGroupId"] = "example".into();
            attributes["MessageDeduplicationId"] = "example".into();
            attributes["SequenceNumber"] = "18849496460467696128".into();
        }
        Ok(json!({"Records": [{
            "messageId": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
            "receiptHandle": "example",
            "body": body.unwrap_or("{}"),
            "attributes": attributes,
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": arn,
            "awsRegion": self.running.cloud.region,
        }]}))
    }

    fn sns(&self, body: Option<&str>) -> anyhow::Result<Json> {
        let subscriptions: Vec<_> = self.running.of_type("AWS::SNS::Subscription").map(|(_, it)| it).collect();
        let connects = |topic: &Resource| {
            subscriptions.iter().any(|it| it["TopicArn"] == topic.physical_id && self.is_function(&it["Endpoint"]))
        };
        let topic = self.connected(TOPIC, connects)?;
        Ok(json!({"Records": [{
            "EventVersion": "1.0",
            "EventSource": "aws:sns",
            "EventSubscriptionArn": format!("{}:example", topic.physical_id),
            "Sns": {
                "Type": "Notification",
                "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                "TopicArn": topic.physical_id,
                "Subject": null,
                "Message": body.unwrap_or("{}"),
                "Timestamp": moment::text(moment::now()),
                "MessageAttributes": {},
            },
        }]}))
    }

    fn s3(&self, key: Option<&str>) -> anyhow::Result<Json> {
        let connects = |bucket: &Resource| {
            let notifies = &self.running.properties(&bucket.id)["NotificationConfiguration"]["LambdaConfigurations"];
            notifies.as_array().into_iter().flatten().any(|it| self.is_function(&it["Function"]))
        };
        let bucket = self.connected(BUCKET, connects)?;
        // Keys are encoded as in a form.
        let key =
            percent_encoding::utf8_percent_encode(key.unwrap_or("example.txt"), percent_encoding::NON_ALPHANUMERIC);
        let key = key.to_string().replace("%2E", ".").replace("%2F", "/").replace("%2D", "-").replace("%5F", "_");
        Ok(json!({"Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": self.running.cloud.region,
            "eventTime": moment::text(moment::now()),
            "eventName": "ObjectCreated:Put",
            "s3": {
                "s3SchemaVersion": "1.0",
                "bucket": {"name": bucket.physical_id, "arn": self.running.arn(&bucket.id)},
                "object": {"key": key.replace("%20", "+"), "size": 1024, "eTag": "0123456789abcdef0123456789abcdef"},
            },
        }]}))
    }

    fn eventbridge(&self, detail: Option<&str>) -> anyhow::Result<Json> {
        let pattern = &self.running.properties(&self.rule("EventPattern", "a pattern")?.id)["EventPattern"];
        let detail = match detail {
            Some(text) => super::content::Content::of(text)?.as_json()?,
            None => json!({}),
        };
        Ok(self.of_rule(
            first(&pattern["source"]).unwrap_or("example"),
            first(&pattern["detail-type"]).unwrap_or("example"),
            &detail,
            &json!([]),
        ))
    }

    fn schedule(&self) -> anyhow::Result<Json> {
        let rule = self.rule("ScheduleExpression", "a schedule")?;
        // A target with an input of its own gets that.
        let targets = self.running.properties(&rule.id)["Targets"].as_array();
        let input =
            targets.into_iter().flatten().find(|it| self.is_function(&it["Arn"])).and_then(|it| it["Input"].as_str());
        if let Some(input) = input.and_then(|input| serde_json::from_str(input).ok()) {
            return Ok(input);
        }
        Ok(self.of_rule("aws.events", "Scheduled Event", &json!({}), &json!([self.running.arn(&rule.id)])))
    }

    fn invokes(&self, rule: &Json) -> bool {
        rule["Targets"].as_array().into_iter().flatten().any(|it| self.is_function(&it["Arn"]))
    }

    fn of_rule(&self, source: &str, detail_type: &str, detail: &Json, resources: &Json) -> Json {
        // EventBridge tells whole seconds.
        let time = moment::text(moment::now() / 1_000 * 1_000).replace(".000Z", "Z");
        json!({
            "version": "0",
            "id": "cdc73f9d-aea9-11e3-9d5a-835b769c0d9c",
            "detail-type": detail_type,
            "source": source,
            "account": self.running.cloud.account,
            "time": time,
            "region": self.running.cloud.region,
            "resources": resources,
            "detail": detail,
        })
    }

    fn api(&self, body: Option<&str>) -> anyhow::Result<Json> {
        let found = self.rest_api(body).or_else(|| self.http_api(body)).or_else(|| self.function_url(body));
        found.ok_or_else(|| self.none(&format!("has no route that leads to `{}`", self.function.id)))
    }

    fn rest_api(&self, body: Option<&str>) -> Option<Json> {
        let methods = self.running.of_type("AWS::ApiGateway::Method");
        let uri = |it: &Json| it["Integration"]["Uri"].as_str().unwrap_or_default().to_owned();
        let mut routes = methods.filter(|(_, it)| {
            let uri = uri(it);
            let function = uri.split_once("/functions/").and_then(|(_, rest)| rest.strip_suffix("/invocations"));
            function.is_some_and(|function| self.running.is_function(function, &self.function.id))
        });
        let (id, method) = routes.next()?;
        let resource = route::path(self.running, id);
        let verb = match method["HttpMethod"].as_str() {
            Some("ANY") | None => "GET",
            Some(verb) => verb,
        };
        let (path, parameters) = request_of(&resource);
        let api = method["RestApiId"].as_str().unwrap_or("example");
        Some(json!({
            "resource": resource,
            "path": path,
            "httpMethod": verb,
            "headers": {"accept": "*/*", "content-type": "application/json"},
            "multiValueHeaders": {"accept": ["*/*"], "content-type": ["application/json"]},
            "queryStringParameters": null,
            "multiValueQueryStringParameters": null,
            "pathParameters": parameters,
            "stageVariables": null,
            "requestContext": {
                "accountId": self.running.cloud.account,
                "apiId": api,
                "httpMethod": verb,
                "identity": {"sourceIp": "127.0.0.1", "userAgent": "example"},
                "path": path,
                "protocol": "HTTP/1.1",
                "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
                "requestTimeEpoch": moment::now(),
                "resourcePath": resource,
                "stage": route::stage(self.running, api).unwrap_or("example"),
            },
            "body": body,
            "isBase64Encoded": false,
        }))
    }

    fn http_api(&self, body: Option<&str>) -> Option<Json> {
        let mut routes = self.running.of_type("AWS::ApiGatewayV2::Route");
        let (_, route) = routes.find(|(_, route)| {
            let target = route["Target"].as_str().and_then(|target| target.strip_prefix("integrations/"));
            let integration =
                target.and_then(|target| self.running.all(INTEGRATION).find(|it| it.physical_id == target));
            integration.is_some_and(|it| self.is_function(&self.running.properties(&it.id)["IntegrationUri"]))
        })?;
        let key = route["RouteKey"].as_str()?;
        // A route of a WebSocket API has no verb.
        let (verb, resource) = if key == "$default" { ("ANY", "/") } else { key.split_once(' ')? };
        let (path, parameters) = request_of(resource);
        let api = route["ApiId"].as_str().unwrap_or("example");
        Some(self.request(api, key, if verb == "ANY" { "GET" } else { verb }, &path, &parameters, body))
    }

    fn function_url(&self, body: Option<&str>) -> Option<Json> {
        let mut urls = self.running.of_type("AWS::Lambda::Url");
        urls.find(|(_, url)| self.is_function(&url["TargetFunctionArn"]))?;
        Some(self.request("example", "$default", if body.is_some() { "POST" } else { "GET" }, "/", &Json::Null, body))
    }

    /// A request in format 2.0, to a stage that is the default one.
    fn request(&self, api: &str, key: &str, verb: &str, path: &str, parameters: &Json, body: Option<&str>) -> Json {
        let mut event = json!({
            "version": "2.0",
            "routeKey": key,
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"accept": "*/*", "content-type": "application/json"},
            "requestContext": {
                "accountId": self.running.cloud.account,
                "apiId": api,
                "http": {
                    "method": verb,
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": "example",
                },
                "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
                "routeKey": key,
                "stage": "$default",
                "timeEpoch": moment::now(),
            },
            "isBase64Encoded": false,
        });
        // What there is none of is left out.
        if let Some(body) = body {
            event["body"] = body.into();
        }
        if !parameters.is_null() {
            event["pathParameters"] = parameters.clone();
        }
        event
    }
}

/// A path with an example of each parameter of `resource`, such as `/orders/{id}`, and these parameters.
fn request_of(resource: &str) -> (String, Json) {
    let named = resource.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameters: serde_json::Map<_, _> =
        named.map(|name| (name.trim_end_matches('+').to_owned(), Json::from("example"))).collect();
    let path: Vec<_> = resource.split('/').map(|part| if part.starts_with('{') { "example" } else { part }).collect();
    (path.join("/"), if parameters.is_empty() { Json::Null } else { parameters.into() })
}

/// The first text that a field of a pattern is compared with.
#[must_use]
pub fn first(field: &Json) -> Option<&str> {
    field.as_array()?.iter().find_map(Json::as_str)
}
