//! What it takes to take from what feeds a function: a queue, a stream, a cluster of Kafka.

use infra::Template;
use infra::lambda::source_rights;
use policies::Action;
use policies::action::secretsmanager;
use policies::audit::Rule;
use serde_json::Value as Json;

use super::{PlatformNeed, Reason};
use crate::audit::arns::Arns;
use crate::audit::expression::{items, shown, text};
use crate::audit::resources::{properties, type_of};

/// What is taken from.
#[derive(Clone, Copy)]
enum Source {
    Queue,
    /// The stream of a table.
    Changes,
    /// A stream of Kinesis.
    Records,
    /// A consumer of one.
    Consumer,
}

/// The kinds of access that are secrets of Secrets Manager.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_SourceAccessConfiguration.html>
const SECRETS: [&str; 5] = [
    "BASIC_AUTH",
    "CLIENT_CERTIFICATE_TLS_AUTH",
    "SASL_SCRAM_256_AUTH",
    "SASL_SCRAM_512_AUTH",
    "SERVER_ROOT_CA_CERTIFICATE",
];

/// What Lambda does in a cluster of MSK as the function's role, on the cluster, on the topic and on the consumer group.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/msk-cluster-auth.html>
const IN_CLUSTER: [(&str, &str); 6] = [
    ("kafka-cluster:Connect", "cluster"),
    ("kafka-cluster:DescribeClusterDynamicConfiguration", "cluster"),
    ("kafka-cluster:DescribeTopic", "topic"),
    ("kafka-cluster:ReadData", "topic"),
    ("kafka-cluster:AlterGroup", "group"),
    ("kafka-cluster:DescribeGroup", "group"),
];

/// What it takes to take from the source with the ARN `source`; nothing when it is not known what that is.
pub(super) fn taking(template: &Template, arns: &Arns, source: &str, rule: &'static Rule) -> Vec<PlatformNeed> {
    let id = id_of(arns, source);
    kind(template, &id, source).map(|kind| taking_from(template, arns, kind, source, rule)).unwrap_or_default()
}

/// What it takes to take from the source of an event source mapping.
pub(super) fn of_mapping(template: &Template, arns: &Arns, mapping: &Json, rule: &'static Rule) -> Vec<PlatformNeed> {
    let source = mapping.get("EventSourceArn").map(text);
    let Some(source) = source else { return self_managed(mapping, rule) };
    if mapping.get("Topics").is_some() {
        return msk(mapping, &source, rule);
    }
    let known = taking(template, arns, &source, rule);
    if !known.is_empty() {
        return known;
    }
    if mapping.get("StartingPosition").is_some() {
        // A stream of another stack, of a table or of Kinesis.
        let either = [Source::Changes, Source::Records, Source::Consumer].into_iter();
        let needs = either.flat_map(|kind| taking_from(template, arns, kind, &source, rule));
        return needs.map(PlatformNeed::perhaps).collect();
    }
    // Of all sources, queues of SQS alone have neither a position nor names within a broker.
    let is_queue = mapping.get("Queues").is_none();
    if is_queue { taking_from(template, arns, Source::Queue, &source, rule) } else { Vec::new() }
}

/// The logical id of the source, or what it is shown as. A stream of a table and a consumer are known by whose they are.
fn id_of(arns: &Arns, source: &str) -> String {
    arns.resource(source).map_or_else(|| shown(source), str::to_owned)
}

fn kind(template: &Template, id: &str, source: &str) -> Option<Source> {
    Some(match type_of(template, id) {
        "AWS::SQS::Queue" => Source::Queue,
        "AWS::DynamoDB::Table" => Source::Changes,
        "AWS::Kinesis::Stream" => Source::Records,
        "AWS::Kinesis::StreamConsumer" => Source::Consumer,
        // What is elsewhere is known by an ARN that is written out.
        _ if !source.starts_with("arn:") => return None,
        _ if source.contains(":sqs:") => Source::Queue,
        _ if source.contains(":dynamodb:") => Source::Changes,
        _ if source.contains(":kinesis:") && source.contains("/consumer/") => Source::Consumer,
        _ if source.contains(":kinesis:") => Source::Records,
        _ => return None,
    })
}

fn taking_from(template: &Template, arns: &Arns, kind: Source, source: &str, rule: &'static Rule) -> Vec<PlatformNeed> {
    let id = id_of(arns, source);
    let arn = arns.arn(&id).unwrap_or(source);
    match kind {
        Source::Queue => vec![Reason::new(format!("polling {id}"), rule).on(source_rights::MESSAGES, arn)],
        Source::Changes => {
            let reason = Reason::new(format!("reading the stream of {id}"), rule);
            vec![reason.on(source_rights::CHANGES, source), reason.anywhere([source_rights::LIST_OF_CHANGES])]
        }
        Source::Records => records(&Reason::new(format!("reading {id}"), rule), arn),
        Source::Consumer => {
            let reason = Reason::new(format!("reading as {id}"), rule);
            let stream = match properties(template, &id).get("StreamARN").map(text) {
                Some(stream) => {
                    arns.resource(&stream).and_then(|id| arns.arn(id)).map_or(stream.clone(), str::to_owned)
                }
                None => source.split("/consumer/").next().unwrap_or(source).to_owned(),
            };
            let mut needs = records(&reason, &stream);
            needs.push(reason.on([source_rights::CONSUMER], source));
            needs
        }
    }
}

fn records(reason: &Reason, stream: &str) -> Vec<PlatformNeed> {
    vec![reason.on(source_rights::RECORDS, stream), reason.anywhere([source_rights::LIST_OF_STREAMS])]
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html>
fn msk(mapping: &Json, cluster: &str, rule: &'static Rule) -> Vec<PlatformNeed> {
    let reason = Reason::new(format!("reading {} of {}", topic(mapping), shown(cluster)), rule);
    let mut needs = vec![reason.on(source_rights::CLUSTER, cluster), reason.anywhere(source_rights::NETWORK)];
    let secrets = secrets(mapping, &reason);
    if secrets.is_empty() {
        needs.extend(as_role(mapping, cluster, &reason));
    }
    needs.into_iter().chain(secrets).collect()
}

/// What Lambda does in a cluster that it gets into as the function's role. Only the cluster knows whether it does.
fn as_role(mapping: &Json, cluster: &str, reason: &Reason) -> impl Iterator<Item = PlatformNeed> {
    let group = text(&mapping["AmazonManagedKafkaEventSourceConfig"]["ConsumerGroupId"]);
    let group = if group == "null" { "*".to_owned() } else { group };
    IN_CLUSTER.into_iter().map(move |(action, part)| {
        let action = [Action::new(action)];
        // The ARN of a topic is made from that of its cluster, where that is written out.
        let need = match (cluster.split_once(":cluster/"), part) {
            (_, "cluster") => reason.on(action, cluster),
            (Some((before, name)), "topic") => reason.on(action, format!("{before}:topic/{name}/{}", topic(mapping))),
            (Some((before, name)), _) => reason.on(action, format!("{before}:group/{name}/{group}")),
            (None, _) => reason.anywhere(action),
        };
        need.perhaps()
    })
}

/// What it takes to read from a cluster of Kafka that is none of MSK.
fn self_managed(mapping: &Json, rule: &'static Rule) -> Vec<PlatformNeed> {
    let reason = Reason::new(format!("reading {} of Kafka", topic(mapping)), rule);
    let is_in_network = access(mapping).any(|(kind, _)| kind.starts_with("VPC_"));
    let network = is_in_network.then(|| reason.anywhere(source_rights::NETWORK));
    network.into_iter().chain(secrets(mapping, &reason)).collect()
}

/// What it takes to read the secrets with which Lambda gets into a cluster.
fn secrets(mapping: &Json, reason: &Reason) -> Vec<PlatformNeed> {
    let secrets = access(mapping).filter(|(kind, _)| SECRETS.contains(kind));
    secrets.map(|(_, secret)| reason.on([secretsmanager::GET_SECRET_VALUE], text(secret))).collect()
}

/// How Lambda gets to a source: the kind of each way, and what it names.
fn access(mapping: &Json) -> impl Iterator<Item = (&str, &Json)> {
    items(&mapping["SourceAccessConfigurations"]).filter_map(|it| Some((it["Type"].as_str()?, &it["URI"])))
}

fn topic(mapping: &Json) -> String {
    items(&mapping["Topics"]).next().map(text).unwrap_or_default()
}
