//! What caused an invocation: a request, an event, or each message of a batch.

use std::collections::BTreeMap;

use aws_lambda_events::sqs::SqsMessage;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::TraceHeader;
use crate::record;

/// What caused an invocation, or a part of it.
#[derive(Debug, Clone)]
pub(crate) struct Cause {
    /// Whom it came from: the ARN of a queue or topic, `POST /orders`, or the name of an event.
    pub(crate) from: Option<String>,
    /// The id of a message of a queue.
    pub(crate) message: Option<String>,
    /// By what others know it: the id of a notification, an event or a request of an API, an object, and the request
    /// that wrote it.
    pub(crate) ids: Vec<String>,
    /// How often a message was received so far.
    pub(crate) receive_count: Option<u64>,
    /// When a message was sent, in milliseconds since the epoch.
    pub(crate) sent: Option<i64>,
    /// The trace.
    pub(crate) header: TraceHeader,
}

/// What matters here of all events.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "Records")]
    records: Option<Vec<Value>>,
    #[serde(rename = "requestContext")]
    request_context: Option<RequestContext>,
    #[serde(rename = "httpMethod")]
    http_method: Option<String>,
    resource: Option<String>,
    headers: Option<BTreeMap<String, Option<String>>>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    id: Option<String>,
    detail: Option<Value>,
}

#[derive(Deserialize)]
struct RequestContext {
    #[serde(rename = "requestId")]
    request_id: Option<String>,
}

impl Cause {
    /// What nothing is known of but its trace.
    pub(crate) fn of_invocation(header: &TraceHeader) -> Self {
        Self { from: None, message: None, ids: Vec::new(), receive_count: None, sent: None, header: header.clone() }
    }

    /// What caused the invocation that got `event`, one at least; `header` is Lambda's.
    pub(crate) fn all(event: &RawValue, header: &TraceHeader) -> Vec<Self> {
        let unknown = Self::of_invocation(header);
        let Ok(event) = serde_json::from_str::<Event>(event.get()) else { return vec![unknown] };
        if let Some(records) = event.records.as_ref().filter(|records| !records.is_empty()) {
            let messages: Vec<_> = records.iter().filter_map(Self::of_message).collect();
            return if messages.is_empty() { vec![Self::of_records(records, unknown)] } else { messages };
        }
        vec![event.cause(unknown)]
    }

    /// A message of a queue.
    fn of_message(value: &Value) -> Option<Self> {
        let message = SqsMessage::deserialize(value).ok().filter(|it| it.event_source.as_deref() == Some("aws:sqs"))?;
        let number = |name| message.attributes.get(name).and_then(|text| text.parse::<i64>().ok());
        Some(Self {
            receive_count: number("ApproximateReceiveCount").and_then(|count| u64::try_from(count).ok()),
            sent: number("SentTimestamp"),
            header: record::trace_of(&message)?,
            ids: message.body.as_deref().map(ids_in).unwrap_or_default(),
            message: message.message_id,
            from: message.event_source_arn,
        })
    }

    /// Notifications of SNS, or events of S3.
    fn of_records(records: &[Value], unknown: Self) -> Self {
        let first = &records[0];
        let text = |pointer: &str| first.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let object = object_of(first.get("s3"));
        let mut ids = Vec::new();
        for record in records {
            collect_ids(record, DEPTH, &mut ids);
        }
        let traceparent = text("/Sns/MessageAttributes/traceparent/Value");
        Self {
            from: text("/Sns/TopicArn").or(object),
            ids,
            header: traceparent.and_then(|it| TraceHeader::parse_traceparent(&it)).unwrap_or(unknown.header),
            message: None,
            receive_count: None,
            sent: None,
        }
    }

    /// Says in the log that it was received.
    pub(crate) fn log(&self) {
        let ids = (!self.ids.is_empty()).then(|| self.ids.join(" "));
        tracing::info!(
            target: "stackwright",
            from = self.from,
            ids,
            receive_count = self.receive_count,
            sent = self.sent,
            "received"
        );
    }
}

impl Event {
    fn cause(self, unknown: Cause) -> Cause {
        let header = |wanted: &str| {
            let all = self.headers.iter().flatten();
            all.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).find_map(|(_, value)| value.as_deref())
        };
        if let Some(context) = &self.request_context {
            let traceparent = header("traceparent").and_then(TraceHeader::parse_traceparent);
            let trace = traceparent.or_else(|| header("x-amzn-trace-id").and_then(TraceHeader::parse));
            let ids = context.request_id.iter().cloned().chain(header("x-correlation-id").map(str::to_owned));
            let route = self.http_method.as_deref().zip(self.resource.as_deref());
            return Cause {
                from: route.map(|(method, path)| format!("{method} {path}")),
                ids: ids.collect(),
                header: trace.unwrap_or_else(|| unknown.header.clone()),
                ..unknown
            };
        }
        let detail = self.detail.as_ref();
        let request = detail.and_then(|detail| detail.get("request-id")?.as_str()).map(str::to_owned);
        let ids = self.id.into_iter().chain(request).chain(object_of(detail));
        Cause { ids: ids.collect(), from: self.detail_type, ..unknown }
    }
}

/// How deep in a body ids are looked for: an event in a notification in a message.
const DEPTH: u32 = 6;

/// How many ids of a body are told: what is in a message is up to whoever sent it.
const MOST_IDS: usize = 100;

/// How many bytes an id has at most. The longest is an object's: the name of a bucket, and a key of 1,024 bytes.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
const LONGEST_ID: usize = 64 + 1_024;

/// The ids of what a service put into the body of a message: a notification of SNS, or an event of EventBridge or S3.
fn ids_in(body: &str) -> Vec<String> {
    let mut ids = Vec::new();
    if let Ok(body @ Value::Object(_)) = serde_json::from_str(body) {
        collect_ids(&body, DEPTH, &mut ids);
    }
    ids
}

fn collect_ids(value: &Value, depth: u32, ids: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Array(items) => {
            for item in items {
                collect_ids(item, depth, ids);
            }
        }
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
            let inner = |name: &str, id: &str| value.get(name)?.get(id)?.as_str().map(str::to_owned);
            let of_notification = text("TopicArn").and(text("MessageId"));
            let of_event = text("detail-type").and(text("id"));
            let of_request = inner("detail", "request-id").or_else(|| inner("responseElements", "x-amz-request-id"));
            let object = object_of(members.get("detail")).or_else(|| object_of(members.get("s3")));
            for id in [of_notification, of_event, of_request, object].into_iter().flatten() {
                if ids.len() < MOST_IDS && id.len() <= LONGEST_ID && !ids.contains(&id) {
                    ids.push(id);
                }
            }
            for member in members.values() {
                collect_ids(member, depth, ids);
            }
            // What was published is text in the notification.
            let published = text("TopicArn").and(text("Message")).filter(|text| text.starts_with('{'));
            if let Some(published) = published.and_then(|text| serde_json::from_str(&text).ok()) {
                collect_ids(&published, depth, ids);
            }
        }
        _ => {}
    }
}

/// `bucket/key` of an object that S3 tells of.
fn object_of(detail: Option<&Value>) -> Option<String> {
    let text = |pointer: &str| detail?.pointer(pointer)?.as_str();
    Some(format!("{}/{}", text("/bucket/name")?, text("/object/key")?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HEADER: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0";

    fn causes(event: &Value) -> Vec<Cause> {
        let header = TraceHeader::parse(HEADER).unwrap();
        Cause::all(&RawValue::from_string(event.to_string()).unwrap(), &header)
    }

    #[track_caller]
    fn check(event: &Value, from: &str, ids: &[&str], trace: &str) {
        let [cause] = causes(event).try_into().unwrap();
        assert_eq!((cause.from.as_deref(), cause.header.id()), (Some(from), trace));
        assert_eq!(cause.ids, ids);
    }

    #[test]
    fn each_message_of_a_queue_is_of_its_own_trace() {
        let message = |id: &str, attributes: Value, own: Value, body: &str| {
            json!({"messageId": id, "body": body, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:q",
                "attributes": attributes, "messageAttributes": own})
        };
        let traceparent = json!({"traceparent": {"dataType": "String",
            "stringValue": "00-00000001000000000000000000000002-0000000000000003-00"}});
        let sent = json!({"SentTimestamp": "1465510280000", "ApproximateReceiveCount": "2"});
        let traced = json!({"AWSTraceHeader": "Root=1-5759e988-000000000000000000000001"});
        let notification = json!({"TopicArn": "arn", "MessageId": "n-1",
            "Message": r#"{"key":"k","event":{"detail-type":"a","id":"e-1"}}"#});
        let id = "8f507cfc-1b2c-4697-b07a-ac58fc914c95";
        let all = causes(&json!({"Records": [
            message(id, sent, json!({}), "text"),
            message("m-2", traced, json!({}), &notification.to_string()),
            message("m-3", json!({}), traceparent, "{"),
        ]}));
        let ids: Vec<_> = all.iter().map(|cause| cause.header.id()).collect();
        let expected = [
            "1-5759e988-1b2c4697b07aac58fc914c95",
            "1-5759e988-000000000000000000000001",
            "1-00000001-000000000000000000000002",
        ];
        assert_eq!(ids, expected);
        assert_eq!((all[0].receive_count, all[0].sent), (Some(2), Some(1_465_510_280_000)));
        assert_eq!((all[0].message.as_deref(), all[0].from.as_deref()), (Some(id), Some("arn:aws:sqs:q")));
        assert_eq!(all[1].ids, ["n-1", "e-1"]);
    }

    #[test]
    fn however_many_ids_a_body_has_some_are_told() {
        let event = |id: String| json!({"detail-type": "a", "id": id});
        let many: Vec<_> = (0..2 * MOST_IDS).map(|number| event(format!("e-{number}"))).collect();
        assert_eq!(ids_in(&json!({ "events": many }).to_string()).len(), MOST_IDS);
        assert_eq!(ids_in(&event("x".repeat(LONGEST_ID)).to_string()).len(), 1);
        assert_eq!(ids_in(&event("x".repeat(LONGEST_ID + 1)).to_string()).len(), 0);
    }

    #[test]
    fn what_invokes_a_function_itself_is_told() {
        const LAMBDA: &str = "1-5759e988-bd862e3fe1be46a994272793";
        let api = json!({"requestContext": {"requestId": "r-1"}, "httpMethod": "GET", "resource": "/orders/{id}",
            "headers": {"X-Correlation-Id": "c-1", "Accept": null,
                "TraceParent": "00-00000001000000000000000000000002-0000000000000003-00"}});
        check(&api, "GET /orders/{id}", &["r-1", "c-1"], "1-00000001-000000000000000000000002");
        let object = json!({"s3": {"bucket": {"name": "b"}, "object": {"key": "k"}},
            "responseElements": {"x-amz-request-id": "s-1"}});
        check(&json!({"Records": [object]}), "b/k", &["s-1", "b/k"], LAMBDA);
        let created = json!({"detail-type": "Object Created", "id": "e-1",
            "detail": {"request-id": "s-1", "bucket": {"name": "b"}, "object": {"key": "k"}}});
        check(&created, "Object Created", &["e-1", "s-1", "b/k"], LAMBDA);
        let notification =
            json!({"Records": [{"EventSource": "aws:sns", "Sns": {"TopicArn": "t", "MessageId": "n-1"}}]});
        check(&notification, "t", &["n-1"], LAMBDA);
        for other in [json!({"a": 1}), json!([1]), json!(null), json!({"Records": []})] {
            let [cause] = causes(&other).try_into().unwrap();
            assert_eq!((cause.from, cause.header.id()), (None, LAMBDA));
        }
    }
}
