//! Messages: what is in queues, what is sent, and what goes back.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use aws_smithy_types::base64;
use infra::Graph;
use infra::graph::Line;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{done, require};
use crate::cli::{self, TargetArgs};
use crate::commands::redrive::Mended;
use crate::commands::{peek, redrive, send};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::content::Content;
use crate::operate::queue::{self, is_fifo};
use crate::operate::running_stack::{FUNCTION, QUEUE, RunningStack};
use crate::operate::undelivered;
use crate::services::cloudformation::Resource;

/// How large an object that is put may be.
const LARGEST_OBJECT: usize = 16 * 1024 * 1024;

/// A look at a queue.
#[derive(Debug, Deserialize)]
pub struct Peek {
    limit: u16,
}

/// What is sent.
#[derive(Debug, Deserialize)]
pub struct Send {
    #[serde(default)]
    body: String,
    /// In place of the body any bytes, in Base64.
    bytes: Option<String>,
    group: Option<String>,
    key: Option<String>,
    /// The media type that the browser knows of a file; empty of one that it does not know.
    content_type: Option<String>,
    source: Option<String>,
    detail_type: Option<String>,
    #[serde(default)]
    attributes: Vec<(String, String)>,
}

/// What goes back.
#[derive(Debug, Deserialize)]
pub struct Redrive {
    filter: Option<String>,
    /// The id of the only message that does.
    message: Option<String>,
    /// The body that it is sent with; of a record of an invocation the event of the function.
    body: Option<String>,
}

/// A message that is to be deleted.
#[derive(Debug, Deserialize)]
pub struct DeleteMessage {
    message: String,
}

/// What there is to know of a queue.
pub(super) fn queue_facts(stack: &RunningStack, id: &str) -> Json {
    let ids = |resources: Vec<&Resource>| resources.into_iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    let properties = stack.properties(id);
    let sources = stack.sources(id);
    let graph = Graph::of(stack.stack.assembled());
    let ways = graph.edges.iter().filter(|it| it.to == id && it.line == Line::Dashed);
    // What fails to it and is no queue, such as a function that is invoked asynchronously.
    let others: Vec<_> = ways.map(|it| it.from.as_str()).filter(|id| sources.iter().all(|it| it.id != **id)).collect();
    let consumers = sources.iter().flat_map(|it| stack.consumers(&it.id));
    let failing: Vec<_> = consumers.chain(stack.all(FUNCTION).filter(|it| others.contains(&it.id.as_str()))).collect();
    // Records of invocations tell the names of functions.
    let functions: BTreeMap<_, _> = failing.iter().map(|it| (&it.physical_id, &it.id)).collect();
    let origins = stack.resource(id).map(|queue| undelivered::origins(stack, queue)).unwrap_or_default();
    let reached = origins.iter().filter(|it| it.endpoint.is_ok()).map(|it| it.to.as_str());
    let to: BTreeSet<_> = sources.iter().map(|it| it.id.as_str()).chain(reached).collect();
    let unreachable = origins.iter().filter_map(|it| Some(format!("{}: {}", it.id, it.endpoint.as_ref().err()?)));
    json!({
        "fifo": is_fifo(&stack.arn(id)),
        "functions": functions,
        "failing": ids(failing),
        "to": to,
        "unreachable": unreachable.collect::<Vec<_>>(),
        "sources": ids(sources),
        "others": others,
        "consumers": ids(stack.consumers(id)),
        "receives": properties["RedrivePolicy"]["maxReceiveCount"],
    })
}

/// What there is to know of a topic.
pub(super) fn topic_facts(stack: &RunningStack, topic: &Resource) -> Json {
    let own = stack.of_type("AWS::SNS::Subscription").filter(|(_, it)| it["TopicArn"] == topic.physical_id);
    let subscriptions = own.map(|(id, it)| {
        json!({
            "id": id,
            "protocol": it["Protocol"],
            "endpoint": it["Endpoint"].as_str().map(|it| stack.shown(it)),
            "filter": it["FilterPolicy"],
            "scope": it["FilterPolicyScope"],
        })
    });
    json!({"fifo": is_fifo(&topic.physical_id), "subscriptions": subscriptions.collect::<Vec<_>>()})
}

/// What there is to know of a rule.
pub(super) fn rule_facts(stack: &RunningStack, id: &str) -> Json {
    let properties = stack.properties(id);
    let targets = properties["Targets"].as_array().into_iter().flatten();
    let targets: Vec<_> = targets.filter_map(|it| it["Arn"].as_str()).map(|arn| stack.shown(arn)).collect();
    json!({
        "pattern": properties["EventPattern"],
        "schedule": properties["ScheduleExpression"],
        "targets": targets,
    })
}

/// Looks at a queue.
pub(super) async fn peek(stack: &RunningStack, id: &str, Peek { limit }: &Peek) -> anyhow::Result<Json> {
    let queue = stack.require(QUEUE, id)?;
    let look = peek::look(stack, queue, usize::from(*limit)).await?;
    Ok(look.as_json(stack, queue))
}

/// Sends a message, an event or an object.
pub(super) async fn send(stack: &RunningStack, id: &str, given: Send) -> anyhow::Result<Json> {
    let Send { body, bytes, group, key, content_type, source, detail_type, attributes } = given;
    let content = match bytes {
        Some(bytes) => base64::decode(bytes).context("the bytes are no Base64")?,
        None => body.clone().into_bytes(),
    };
    if content.len() > LARGEST_OBJECT {
        let message = "what is put by the page has 16 MB at most; nothing was put";
        return Err(Failure::new(message).exit(Exit::Usage).help("`cargo xtask send` puts larger files").into());
    }
    let content = Content::given(content);
    let arguments = cli::Send {
        stack: stack.stack.name().to_owned(),
        resource: id.to_owned(),
        body,
        group: group.filter(|it| !it.is_empty()),
        deduplication_id: None,
        attributes,
        key: key.filter(|it| !it.is_empty()),
        content_type: content_type.filter(|it| !it.is_empty()),
        detail_type: detail_type.filter(|it| !it.is_empty()),
        source: source.filter(|it| !it.is_empty()),
        target: TargetArgs::default(),
    };
    Ok(send::send(stack, &arguments, content).await?.as_json())
}

/// Sends the messages of a dead-letter queue back to where they came from or could not be delivered, or one that was mended.
pub(super) async fn redrive(stack: &RunningStack, id: &str, given: Redrive) -> anyhow::Result<Json> {
    require(stack, id, QUEUE.types, QUEUE.one)?;
    let arguments = cli::Redrive {
        stack: stack.stack.name().to_owned(),
        queue: id.to_owned(),
        filter: given.filter.filter(|it| !it.is_empty()),
        edit: false,
        dry_run: false,
        to: None,
        target: TargetArgs::default(),
    };
    let mended = given.message.zip(given.body).map(|(id, body)| Mended { id, body });
    redrive::redrive(stack, &arguments, mended.as_ref()).await
}

/// Deletes one message.
pub(super) async fn delete(stack: &RunningStack, id: &str, given: &DeleteMessage) -> anyhow::Result<Json> {
    let (cloud, url) = (&stack.cloud, &stack.require(QUEUE, id)?.physical_id);
    let is_found = queue::find(cloud, url, &given.message, async |it| queue::delete(cloud, url, it).await).await?;
    if is_found {
        return Ok(done());
    }
    let message = "the message is not in the queue any more, or behind another of its group; nothing was deleted";
    Err(Failure::new(message).exit(Exit::Usage).into())
}
