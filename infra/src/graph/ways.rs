//! Which ways the properties of a resource say. The facts of its type name the function.

use serde_json::{Map, Value as Json};

use super::collect::Drawing;
use super::{Line, pattern, rights};
use crate::expression::{Expression, ids_in};

/// Draws the ways that the properties of the resource with a logical id say.
pub(crate) type Ways = fn(&mut Drawing<'_>, &str, &Json);

pub(crate) fn none(_: &mut Drawing<'_>, _: &str, _: &Json) {}

pub(crate) fn queue(drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
    let count = properties.pointer("/RedrivePolicy/maxReceiveCount").and_then(Json::as_u64).unwrap_or_default();
    let target = properties.pointer("/RedrivePolicy/deadLetterTargetArn");
    drawing.dead_letters(id, target, format!("after {count} attempts"));
}

pub(crate) fn function(drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
    drawing.dead_letters(id, properties.pointer("/DeadLetterConfig/TargetArn"), "failed events");
}

pub(crate) fn invocations(drawing: &mut Drawing<'_>, _: &str, properties: &Json) {
    let at = |pointer: &str| properties.pointer(pointer);
    let Some(function) = at("/FunctionName").and_then(|name| drawing.part(name)) else { return };
    drawing.dead_letters(&function, at("/DestinationConfig/OnFailure/Destination"), "on failure");
    way(drawing, Some(function), at("/DestinationConfig/OnSuccess/Destination"), "on success");
}

pub(crate) fn bus(drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
    drawing.dead_letters(id, properties.pointer("/DeadLetterConfig/Arn"), "undelivered");
}

pub(crate) fn queue_policy(drawing: &mut Drawing<'_>, _: &str, properties: &Json) {
    rights::principals(drawing, properties.get("Queues"), properties);
}

pub(crate) fn topic_policy(drawing: &mut Drawing<'_>, _: &str, properties: &Json) {
    rights::principals(drawing, properties.get("Topics"), properties);
}

pub(crate) fn bucket_policy(drawing: &mut Drawing<'_>, _: &str, properties: &Json) {
    rights::principals(drawing, properties.get("Bucket"), properties);
}

pub(crate) fn bus_policy(drawing: &mut Drawing<'_>, _: &str, properties: &Json) {
    rights::principals(drawing, properties.get("EventBusName"), properties);
}

/// Draws a way from `from` to what `to` refers to, when both are parts.
fn way(drawing: &mut Drawing<'_>, from: Option<String>, to: Option<&Json>, label: impl Into<String>) {
    let to = to.and_then(|to| drawing.part(to));
    if let (Some(from), Some(to)) = (from, to) {
        drawing.edge(from, to, Line::Solid, label);
    }
}

pub(crate) fn mapping(drawing: &mut Drawing<'_>, _: &str, properties: &Json) {
    let source = properties.get("EventSourceArn").and_then(|source| stream(drawing, source)).or_else(|| {
        let topic = properties.pointer("/Topics/0")?.as_str()?;
        Some(drawing.outside(topic, "Kafka topic", None))
    });
    way(drawing, source, properties.get("FunctionName"), filters(properties.get("FilterCriteria")));
    if let Some(function) = properties.get("FunctionName").and_then(|name| drawing.part(name)) {
        drawing.dead_letters(&function, properties.pointer("/DestinationConfig/OnFailure/Destination"), "given up");
    }
}

/// What feeds something: of a consumer of a stream, the stream.
fn stream(drawing: &mut Drawing<'_>, source: &Json) -> Option<String> {
    let consumers = ids_in(source).into_iter().filter_map(|id| drawing.resources.get(id).copied());
    let mut consumers = consumers.filter(|it| it.resource_type == "AWS::Kinesis::StreamConsumer");
    match consumers.next().and_then(|consumer| consumer.properties.get("StreamARN")) {
        Some(stream) => drawing.part(stream),
        None => drawing.part(source),
    }
}

/// What the filters of a mapping or pipe let through.
fn filters(criteria: Option<&Json>) -> String {
    let filters = criteria.and_then(|it| it.get("Filters")).and_then(Json::as_array).into_iter().flatten();
    let filters: Vec<_> = filters
        .filter_map(|filter| serde_json::from_str::<Json>(filter.get("Pattern")?.as_str()?).ok())
        .map(|filter| pattern::summary(&filter))
        .collect();
    filters.join(" or ")
}

pub(crate) fn schedule(drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
    let text = |name: &str| properties.get(name).and_then(Json::as_str);
    let zone = text("ScheduleExpressionTimezone").map(|zone| format!(" {zone}")).unwrap_or_default();
    drawing.detail(id, text("ScheduleExpression").map(|expression| format!("{expression}{zone}")));
    way(drawing, Some(id.to_owned()), properties.pointer("/Target/Arn"), "");
    drawing.dead_letters(id, properties.pointer("/Target/DeadLetterConfig/Arn"), "undelivered");
}

pub(crate) fn pipe(drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
    let parameters = properties.get("SourceParameters");
    if let Some(source) = properties.get("Source").and_then(|source| stream(drawing, source)) {
        drawing.edge(source, id, Line::Solid, filters(parameters.and_then(|it| it.get("FilterCriteria"))));
    }
    way(drawing, Some(id.to_owned()), properties.get("Enrichment"), "enriched by");
    way(drawing, Some(id.to_owned()), properties.get("Target"), "");
    for name in ["DynamoDBStreamParameters", "KinesisStreamParameters"] {
        let dead = parameters.and_then(|it| it.get(name)?.pointer("/DeadLetterConfig/Arn"));
        drawing.dead_letters(id, dead, "given up");
    }
}

pub(crate) fn worker(drawing: &mut Drawing<'_>, id: &str, _: &Json) {
    let program = drawing.stack.functions.iter().find(|it| it.id == id);
    for queue in program.and_then(|it| it.worker.as_ref()).into_iter().flat_map(|it| &it.queues) {
        drawing.edge(queue.as_str(), id, Line::Solid, "");
    }
}

pub(crate) fn subscription(drawing: &mut Drawing<'_>, _: &str, properties: &Json) {
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

pub(crate) fn notifications(drawing: &mut Drawing<'_>, bucket: &str, properties: &Json) {
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

pub(crate) fn rule(drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
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
pub(crate) fn route(drawing: &mut Drawing<'_>, _: &str, properties: &Json) {
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

/// An HTTP or WebSocket API: which of the two it is.
pub(crate) fn api(drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
    drawing.detail(id, properties.get("ProtocolType").and_then(Json::as_str).map(str::to_owned));
}

/// A route of such an API: what its integration calls.
pub(crate) fn route_of_api(drawing: &mut Drawing<'_>, _: &str, properties: &Json) {
    let api = properties.get("ApiId").and_then(|api| drawing.part(api));
    let target = properties.get("Target").map(ids_in).unwrap_or_default();
    let integration = target.into_iter().find_map(|id| drawing.resources.get(id)).map(|it| it.properties);
    let (Some(api), Some(integration)) = (api, integration) else { return };
    let key = properties.get("RouteKey").and_then(Json::as_str).unwrap_or_default();
    let parameters = integration.get("RequestParameters");
    let named = ["QueueUrl", "StateMachineArn", "EventBusName"];
    let parameter = named.into_iter().find_map(|name| parameters?.get(name));
    let to = match integration.get("IntegrationUri").or(parameter) {
        Some(Json::String(address)) => Some(rights::web(drawing, address)),
        Some(uri) => drawing.part(uri),
        None => None,
    };
    if let Some(to) = to {
        drawing.edge(api, to, Line::Solid, key);
    }
}

/// What exchanges a secret.
pub(crate) fn rotation(drawing: &mut Drawing<'_>, _: &str, properties: &Json) {
    let function = properties.get("RotationLambdaARN").and_then(|function| drawing.part(function));
    way(drawing, function, properties.get("SecretId"), "exchanges");
}

/// The address of a function.
pub(crate) fn url(drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
    way(drawing, Some(id.to_owned()), properties.get("TargetFunctionArn"), "");
}

/// The path that ends in the part that `resource` refers to.
fn path(drawing: &Drawing<'_>, resource: Option<&Json>) -> String {
    let mut parts = Vec::new();
    let id = |value: Option<&Json>| match Expression::of(value?) {
        Expression::Ref(id) => Some(id.to_owned()),
        _ => None,
    };
    let mut next = id(resource);
    while let Some(part) = next.and_then(|id| drawing.resources.get(id.as_str()))
        // A stack that is wrong may hold a loop.
        && parts.len() < drawing.resources.len()
    {
        parts.push(part.properties.get("PathPart").and_then(Json::as_str).unwrap_or_default().to_owned());
        next = id(part.properties.get("ParentId"));
    }
    parts.reverse();
    format!("/{}", parts.join("/"))
}

/// A state machine: what its states call, each way with the name of the state. What a state calls is in its arguments, or is
/// itself the ARN that it names as its resource.
pub(crate) fn machine(drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
    let substitutions = properties.get("DefinitionSubstitutions").cloned().unwrap_or_default();
    let Some((definition, variables)) = definition(properties) else { return };
    // A text of the definition may hold placeholders of either kind: of CloudFormation's function, or of the machine itself.
    let mut known = substitutions.as_object().cloned().unwrap_or_default();
    known.extend(variables);
    let mut open = vec![definition];
    while let Some(states) = open.pop() {
        let Some(states) = states.get("States").and_then(Json::as_object).cloned() else { continue };
        for (name, state) in states {
            for field in ["Arguments", "Parameters", "Resource"] {
                for value in state.get(field).map(|value| values(value, &known)).unwrap_or_default() {
                    // Other arguments of the call are data.
                    if let Some(to) = drawing.part(&value).filter(|to| to != id) {
                        drawing.edge(id, to, Line::Solid, name.as_str());
                    }
                }
            }
            open.extend(state.get("Branches").and_then(Json::as_array).cloned().unwrap_or_default());
            open.extend(["ItemProcessor", "Iterator"].into_iter().filter_map(|field| state.get(field).cloned()));
        }
    }
}

/// The definition of a state machine, whichever property has it, and the variables of the function that makes its text.
fn definition(properties: &Json) -> Option<(Json, Map<String, Json>)> {
    if let Some(definition) = properties.get("Definition") {
        return Some((definition.clone(), Map::new()));
    }
    let string = properties.get("DefinitionString")?;
    let (text, variables) = match Expression::of(string) {
        Expression::Sub(sub) => (sub.text, sub.variables.cloned().unwrap_or_default()),
        _ => (string.as_str()?, Map::new()),
    };
    Some((serde_json::from_str(text).ok()?, variables))
}

/// Each text in `json` as a value in which `variables` are known, and each value that an intrinsic function makes.
fn values(json: &Json, variables: &Map<String, Json>) -> Vec<Json> {
    match (json, Expression::of(json)) {
        (Json::String(text), _) => vec![serde_json::json!({"Fn::Sub": [text, variables]})],
        (_, Expression::List(items)) => items.iter().flat_map(|item| values(item, variables)).collect(),
        (_, Expression::Map(entries)) => entries.values().flat_map(|entry| values(entry, variables)).collect(),
        (_, Expression::Scalar(_)) => Vec::new(),
        (function, _) => vec![function.clone()],
    }
}
