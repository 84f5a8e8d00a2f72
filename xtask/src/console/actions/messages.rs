//! Messages: what is in queues, what is sent, and what goes back.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::require;
use crate::cli::{self, TargetArgs};
use crate::commands::redrive::Mended;
use crate::commands::{peek, redrive, send};
use crate::operate::content::Content;
use crate::operate::queue::is_fifo;
use crate::operate::running_stack::{QUEUE, RunningStack};
use crate::services::cloudformation::Resource;

/// A look at a queue.
#[derive(Debug, Deserialize)]
pub struct Peek {
    limit: u16,
}

/// What is sent.
#[derive(Debug, Deserialize)]
pub struct Send {
    body: String,
    group: Option<String>,
    key: Option<String>,
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
    /// The body that it is sent with.
    body: Option<String>,
}

/// What there is to know of a queue.
pub(super) fn queue_facts(stack: &RunningStack, id: &str) -> Json {
    let ids = |resources: Vec<&Resource>| resources.into_iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    let properties = stack.properties(id);
    let failing: Vec<_> = stack.sources(id).into_iter().flat_map(|it| stack.consumers(&it.id)).collect();
    json!({
        "fifo": is_fifo(&stack.arn(id)),
        "sources": ids(stack.sources(id)),
        "failing": ids(failing),
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
    let content = Content::given(given.body.clone());
    let Send { body, group, key, source, detail_type, attributes } = given;
    let arguments = cli::Send {
        stack: stack.stack.name().to_owned(),
        resource: id.to_owned(),
        body,
        group: group.filter(|it| !it.is_empty()),
        deduplication_id: None,
        attributes,
        key: key.filter(|it| !it.is_empty()),
        detail_type: detail_type.filter(|it| !it.is_empty()),
        source: source.filter(|it| !it.is_empty()),
        target: TargetArgs::default(),
    };
    Ok(send::send(stack, &arguments, content).await?.as_json())
}

/// Sends the messages of a dead-letter queue back to where they came from, or one that was mended.
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
