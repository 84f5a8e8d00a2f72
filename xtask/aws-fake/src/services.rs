//! The services beside CloudFormation and S3, as far as they tell what a resource is.
//!
//! Their answers come from the properties of live resources, so what CloudFormation has deleted they do not know.

mod apigateway;
mod cloudcontrol;
mod cloudwatch;
mod dynamodb;
pub(crate) mod ecr;
mod eventbridge;
mod iam;
mod lambda;
mod logs;
mod sns;
mod sqs;
mod sso;

use serde_json::{Value as Json, json};

use crate::account::{Account, Live};
use crate::http::{ACCOUNT, Answer, Refusal, Request};
use crate::query::{self, Form};
use crate::{cloudformation, s3};

/// The namespaces of services of the query protocol.
const NAMESPACES: [(&str, &str); 4] = [
    ("cloudformation", cloudformation::NAMESPACE),
    ("sts", "https://sts.amazonaws.com/doc/2011-06-15/"),
    ("sns", "http://sns.amazonaws.com/doc/2010-03-31/"),
    ("iam", "https://iam.amazonaws.com/doc/2010-05-08/"),
];

fn namespace(service: &str) -> Option<&'static str> {
    NAMESPACES.iter().find(|(name, _)| *name == service).map(|(_, namespace)| *namespace)
}

/// The operation that a request is.
pub(crate) fn operation(request: &Request) -> String {
    match request.service.as_str() {
        "s3" => s3::operation(request),
        "lambda" => lambda::operation(request).to_owned(),
        "apigateway" => apigateway::operation(request).to_owned(),
        "sso" => sso::operation(request).to_owned(),
        "monitoring" => cloudwatch::operation(request).to_owned(),
        service if namespace(service).is_some() => Form::of(request).action().to_owned(),
        _ => request.target().to_owned(),
    }
}

/// What a request is about, for who reads the log of calls.
pub(crate) fn subject(request: &Request) -> String {
    match request.service.as_str() {
        "s3" => {
            let (bucket, key) = s3::place(request);
            if key.is_empty() { bucket } else { format!("{bucket}/{key}") }
        }
        "lambda" | "apigateway" | "sso" => request.path.clone(),
        service if namespace(service).is_some() => {
            const NAMES: [&str; 7] =
                ["StackName", "ChangeSetName", "ExportName", "RoleName", "TopicArn", "SubscriptionArn", "PolicyArn"];
            let form = Form::of(request);
            NAMES.iter().find_map(|name| form.get(name)).unwrap_or_default().to_owned()
        }
        _ => {
            const NAMES: [&str; 7] =
                ["TableName", "QueueName", "QueueUrl", "Name", "logGroupNamePrefix", "Identifier", "repositoryName"];
            let body = body(request);
            NAMES.iter().find_map(|name| body.get(name)?.as_str()).unwrap_or_default().to_owned()
        }
    }
}

/// The resource that a request is about, as a message about missing rights names it.
pub(crate) fn resource(request: &Request) -> String {
    let (subject, region) = (subject(request), &request.region);
    if subject.starts_with("arn:") {
        return subject;
    }
    match request.service.as_str() {
        "cloudformation" => format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{subject}/*"),
        "s3" => format!("arn:aws:s3:::{subject}"),
        "iam" => format!("arn:aws:iam::{ACCOUNT}:role/{subject}"),
        "dynamodb" => format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{subject}"),
        "cloudcontrolapi" => format!("arn:aws:cloudformation:{region}:{ACCOUNT}:resource/*"),
        service => format!("arn:aws:{service}:{region}:{ACCOUNT}:{subject}"),
    }
}

/// The answer to a request that is refused, as the service's protocol has it.
pub(crate) fn refused(request: &Request, id: &str, refusal: &Refusal) -> Answer {
    if let Some(namespace) = namespace(&request.service) {
        return query::refusal(namespace, id, refusal);
    }
    match request.service.as_str() {
        "s3" => s3::refused(id, refusal),
        "monitoring" => cloudwatch::refused(refusal).with("x-amzn-requestid", id),
        "lambda" | "apigateway" | "sso" => {
            let body = json!({"message": refusal.message, "Message": refusal.message});
            let answer = Answer { status: refusal.status, ..Answer::json(&body) };
            answer.with("x-amzn-errortype", &refusal.code).with("x-amzn-requestid", id)
        }
        _ => {
            let body = json!({"__type": refusal.code, "message": refusal.message});
            let answer = Answer { status: refusal.status, ..Answer::json(&body) };
            let answer = answer.with("x-amzn-requestid", id);
            // SQS was a service of the query protocol, and its clients know the codes of then.
            // https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
            match (request.service.as_str(), refusal.code.as_str()) {
                ("sqs", "QueueDoesNotExist") => {
                    answer.with("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")
                }
                _ => answer,
            }
        }
    }
}

/// Carries a call out.
pub(crate) fn call(account: &mut Account, request: &Request, operation: &str, id: &str) -> Result<Answer, Refusal> {
    match request.service.as_str() {
        "sts" if operation == "GetCallerIdentity" => Ok(answer(request, operation, id, |xml| {
            xml.text("UserId", "AIDAFAKE")
                .text("Account", ACCOUNT)
                .text("Arn", format!("arn:aws:iam::{ACCOUNT}:user/tester"));
        })),
        "sns" => sns::call(account, request, operation, id),
        "iam" => iam::call(account, request, operation, id),
        "dynamodb" => json(dynamodb::call(account, request, operation)),
        "sqs" => json(sqs::call(account, request, operation)),
        "monitoring" => cloudwatch::call(account, request, operation),
        "logs" => json(logs::call(account, request, operation)),
        "cloudcontrolapi" => json(cloudcontrol::call(account, request, operation)),
        "ecr" => json(ecr::call(account, request, operation)),
        "events" => json(eventbridge::call(account, request, operation)),
        "lambda" => json(lambda::call(account, request, operation)),
        "apigateway" => json(apigateway::call(account, request, operation)),
        "sso" => json(sso::call(request, operation)),
        service => Err(Refusal::not_implemented(service, operation)),
    }
}

fn json(outcome: Result<Json, Refusal>) -> Result<Answer, Refusal> {
    outcome.map(|body| Answer::json(&body))
}

fn answer(request: &Request, operation: &str, id: &str, fill: impl FnOnce(&mut crate::xml::Xml)) -> Answer {
    query::answer(namespace(&request.service).unwrap_or_default(), operation, id, fill)
}

fn body(request: &Request) -> Json {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

fn text<'a>(json: &'a Json, name: &str) -> &'a str {
    json.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// A property as attributes of SQS and SNS have it: everything is a text.
fn attribute_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Those of a live resource's properties that attributes of the same names have.
fn attributes(live: &Live, names: &[&str]) -> Vec<(String, String)> {
    let value = |name: &&str| Some(((*name).to_owned(), attribute_text(live.property(name)?)));
    names.iter().filter_map(value).collect()
}
