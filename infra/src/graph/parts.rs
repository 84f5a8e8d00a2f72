//! What each type of resource is in a graph, and which ways its properties say.

use serde_json::Value as Json;

use super::collect::Drawing;
use super::{Kind, Line, Node, pattern, rights};
use crate::stack::Declared;

/// The part that a resource is drawn as; `None` when it is not one.
pub(super) fn node(declared: &Declared) -> Option<Node> {
    let properties = declared.properties();
    let is_fifo = |name: &str| properties.get(name).and_then(Json::as_bool) == Some(true);
    let (kind, what) = match declared.resource_type() {
        "AWS::Lambda::Function" => (Kind::Function, "Lambda function"),
        "AWS::SQS::Queue" if is_fifo("FifoQueue") => (Kind::Queue, "SQS FIFO queue"),
        "AWS::SQS::Queue" => (Kind::Queue, "SQS queue"),
        "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => (Kind::Table, "DynamoDB table"),
        "AWS::S3::Bucket" => (Kind::Bucket, "S3 bucket"),
        "AWS::SNS::Topic" if is_fifo("FifoTopic") => (Kind::Topic, "SNS FIFO topic"),
        "AWS::SNS::Topic" => (Kind::Topic, "SNS topic"),
        "AWS::ApiGateway::RestApi" => (Kind::Api, "REST API"),
        "AWS::Events::Rule" => (Kind::Rule, "EventBridge rule"),
        "AWS::Events::EventBus" => (Kind::Bus, "event bus"),
        _ => return None,
    };
    Some(Node { id: declared.id.to_string(), kind, what: what.to_owned(), detail: None })
}

/// The part that a resource of a type not known here is drawn as, once data goes to it or comes from it.
pub(super) fn other(declared: &Declared) -> Option<Node> {
    let (service, name) = declared.resource_type().strip_prefix("AWS::")?.split_once("::")?;
    let never = matches!(service, "IAM" | "Logs" | "CloudWatch" | "ApiGateway" | "Lambda" | "KMS");
    (!never).then(|| Node {
        id: declared.id.to_string(),
        kind: Kind::Other,
        what: format!("{service} {name}"),
        detail: None,
    })
}

/// Draws the ways that the properties of the resource `id` say.
pub(super) fn edges(drawing: &mut Drawing<'_>, id: &str, resource_type: &str, properties: &Json) {
    let at = |pointer: &str| properties.pointer(pointer);
    match resource_type {
        "AWS::SQS::Queue" => {
            let count = at("/RedrivePolicy/maxReceiveCount").and_then(Json::as_u64).unwrap_or_default();
            drawing.dead_letters(id, at("/RedrivePolicy/deadLetterTargetArn"), format!("after {count} attempts"));
        }
        "AWS::Lambda::Function" => {
            drawing.dead_letters(id, at("/DeadLetterConfig/TargetArn"), "failed events");
        }
        "AWS::Lambda::EventSourceMapping" => mapping(drawing, properties),
        "AWS::Lambda::EventInvokeConfig" => {
            let Some(function) = at("/FunctionName").and_then(|name| drawing.part(name)) else { return };
            drawing.dead_letters(&function, at("/DestinationConfig/OnFailure/Destination"), "on failure");
            way(drawing, Some(function), at("/DestinationConfig/OnSuccess/Destination"), "on success");
        }
        "AWS::SNS::Subscription" => subscription(drawing, properties),
        "AWS::S3::Bucket" => notifications(drawing, id, properties),
        "AWS::Events::EventBus" => drawing.dead_letters(id, at("/DeadLetterConfig/Arn"), "undelivered"),
        "AWS::Events::Rule" => rule(drawing, id, properties),
        "AWS::ApiGateway::Method" => route(drawing, properties),
        "AWS::SQS::QueuePolicy" => rights::principals(drawing, at("/Queues"), properties),
        "AWS::SNS::TopicPolicy" => rights::principals(drawing, at("/Topics"), properties),
        "AWS::S3::BucketPolicy" => rights::principals(drawing, at("/Bucket"), properties),
        "AWS::Events::EventBusPolicy" => rights::principals(drawing, at("/EventBusName"), properties),
        _ => {}
    }
}

/// Draws a way from `from` to what `to` refers to, when both are parts.
fn way(drawing: &mut Drawing<'_>, from: Option<String>, to: Option<&Json>, label: impl Into<String>) {
    let to = to.and_then(|to| drawing.part(to));
    if let (Some(from), Some(to)) = (from, to) {
        drawing.edge(from, to, Line::Solid, label);
    }
}

fn mapping(drawing: &mut Drawing<'_>, properties: &Json) {
    let source = properties.get("EventSourceArn").and_then(|source| drawing.part(source));
    let filters = properties.pointer("/FilterCriteria/Filters").and_then(Json::as_array).into_iter().flatten();
    let filters: Vec<_> = filters
        .filter_map(|filter| serde_json::from_str::<Json>(filter.get("Pattern")?.as_str()?).ok())
        .map(|filter| pattern::summary(&filter))
        .collect();
    way(drawing, source, properties.get("FunctionName"), filters.join(" or "));
}

fn subscription(drawing: &mut Drawing<'_>, properties: &Json) {
    let Some(topic) = properties.get("TopicArn").and_then(|topic| drawing.part(topic)) else { return };
    let filter = properties.get("FilterPolicy").map(pattern::summary).unwrap_or_default();
    drawing.dead_letters(&topic, properties.pointer("/RedrivePolicy/deadLetterTargetArn"), "undelivered");
    match properties.get("Endpoint") {
        Some(Json::String(address)) => {
            let protocol = properties.get("Protocol").and_then(Json::as_str).unwrap_or("subscriber");
            let subscriber = drawing.outside(address, protocol, None);
            drawing.edge(topic, subscriber, Line::Solid, filter);
        }
        endpoint => way(drawing, Some(topic), endpoint, filter),
    }
}

fn notifications(drawing: &mut Drawing<'_>, bucket: &str, properties: &Json) {
    for (list, target) in
        [("LambdaConfigurations", "Function"), ("QueueConfigurations", "Queue"), ("TopicConfigurations", "Topic")]
    {
        let listed = properties.pointer(&format!("/NotificationConfiguration/{list}")).and_then(Json::as_array);
        for notification in listed.into_iter().flatten() {
            let event = notification.get("Event").and_then(Json::as_str).unwrap_or_default();
            let event = event.trim_start_matches("s3:").trim_end_matches(":*");
            let rules = notification.pointer("/Filter/S3Key/Rules").and_then(Json::as_array).into_iter().flatten();
            let mut keys = [String::new(), String::new()];
            for rule in rules {
                let value = rule.get("Value").and_then(Json::as_str).unwrap_or_default().to_owned();
                let is_suffix =
                    rule.get("Name").and_then(Json::as_str).is_some_and(|name| name.eq_ignore_ascii_case("suffix"));
                keys[usize::from(is_suffix)] = value;
            }
            let keys = keys.join("*");
            let label = if keys == "*" { event.to_owned() } else { format!("{event} {keys}") };
            way(drawing, Some(bucket.to_owned()), notification.get(target), label);
        }
    }
}

fn rule(drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
    let events = properties.get("EventPattern").cloned().unwrap_or_default();
    let texts = |field: &str| pattern::values(events.get(field).unwrap_or(&Json::Null));
    let (kind, filter) = (texts("detail-type"), pattern::summary(events.get("detail").unwrap_or(&Json::Null)));
    let bus = properties.get("EventBusName").filter(|bus| bus.as_str() != Some("default"));
    let mut sources: Vec<_> = bus.and_then(|bus| drawing.part(bus)).into_iter().collect();
    if bus.is_none() && events.get("source").is_some_and(|source| source.to_string().contains("aws.s3")) {
        let name = events.pointer("/detail/bucket/name").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        sources.extend(name.iter().filter_map(|name| drawing.part(name)));
        if name.is_empty() {
            sources = drawing.buckets_on_event_bridge();
        }
    }
    if sources.is_empty() {
        let schedule = properties.get("ScheduleExpression").and_then(Json::as_str).map(str::to_owned);
        let said: Vec<_> =
            [texts("source"), kind.clone(), filter.clone()].into_iter().filter(|it| !it.is_empty()).collect();
        drawing.detail(id, schedule.or_else(|| (!said.is_empty()).then(|| said.join(": "))));
    }
    for source in sources {
        for label in [&kind, &filter] {
            drawing.edge(source.as_str(), id, Line::Solid, label.as_str());
        }
    }
    for target in properties.get("Targets").and_then(Json::as_array).into_iter().flatten() {
        way(drawing, Some(id.to_owned()), target.get("Arn"), "");
        drawing.dead_letters(id, target.pointer("/DeadLetterConfig/Arn"), "undelivered");
    }
}

/// A method of an API: what it calls. One that API Gateway answers itself leads nowhere.
fn route(drawing: &mut Drawing<'_>, properties: &Json) {
    let api = properties.get("RestApiId").and_then(|api| drawing.part(api));
    let (Some(api), Some(uri)) = (api, properties.pointer("/Integration/Uri")) else { return };
    let verb = properties.get("HttpMethod").and_then(Json::as_str).unwrap_or("ANY");
    let label = format!("{verb} {}", path(drawing, properties.get("ResourceId")));
    let to = match (drawing.part(uri), uri.as_str()) {
        (Some(part), _) => part,
        (None, Some(address)) => rights::web(drawing, address),
        (None, None) => return,
    };
    drawing.edge(api, to, Line::Solid, label);
}

/// The path that ends in the part that `resource` refers to.
fn path(drawing: &Drawing<'_>, resource: Option<&Json>) -> String {
    let mut parts = Vec::new();
    let mut next = resource.and_then(|it| it.get("Ref")?.as_str()).map(str::to_owned);
    while let Some(part) = next.and_then(|id| drawing.stack.resources.get(id.as_str()))
        // A stack that is wrong may hold a loop.
        && parts.len() < drawing.stack.resources.len()
    {
        let properties = part.properties();
        parts.push(properties.get("PathPart").and_then(Json::as_str).unwrap_or_default().to_owned());
        next = properties.get("ParentId").and_then(|it| it.get("Ref")?.as_str()).map(str::to_owned);
    }
    parts.reverse();
    format!("/{}", parts.join("/"))
}
