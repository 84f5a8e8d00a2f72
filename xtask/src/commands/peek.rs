//! `peek`: what is in a queue.

use std::time::Duration;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as System};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use crate::cli::{Level, Peek};
use crate::exit::Exit;
use crate::operate::log_events::{LogEvent, LogEvents, LogGroup};
use crate::operate::log_line::LogLine;
use crate::operate::moment;
use crate::operate::queue::{self, Receiver};
use crate::operate::running_stack::{QUEUE, RunningStack};
use crate::services::cloudformation::Resource;
use crate::ui;

/// For how long nobody else receives what is looked at, should this be killed before it is put back.
const HIDDEN_FOR: Duration = Duration::from_secs(30);

/// How long logs are searched for why messages failed: CloudWatch Logs may take long in a large group.
const SEARCH: Duration = Duration::from_secs(10);

/// Why a message failed, as the log of a function tells.
struct Failed {
    function: String,
    event: LogEvent,
}

/// Shows messages, and puts each back.
pub async fn run(arguments: &Peek) -> anyhow::Result<Exit> {
    let running = RunningStack::find(&arguments.stack, &arguments.target, "peek").await?;
    let queue = running.require(QUEUE, &arguments.queue)?;
    let limit = usize::from(arguments.limit);
    let look = look(&running, queue, limit).await?;
    if ui::json() {
        ui::result(look.as_json(&running, queue));
        return Ok(Exit::Done);
    }
    let strong = ui::STRONG;
    let Look { counts: queue::Counts { visible, in_flight, delayed }, messages } = look;
    let about = format!("about {visible} to receive, {in_flight} in flight, {delayed} delayed");
    ui::result(format!("{strong}{}: {} shown; {about}{strong:#}", queue.id, messages.len()));
    for (message, failed) in &messages {
        print(&running, message, failed.as_ref());
    }
    let allowed = &running.properties(&queue.id)["RedrivePolicy"]["maxReceiveCount"];
    if !allowed.is_null() && !messages.is_empty() {
        ui::say(format!("a look is a receive: after {allowed} a message goes to the dead-letter queue"));
    }
    if queue::is_fifo(&queue.physical_id) && (messages.len() as u64) < visible.min(limit as u64) {
        ui::say("others are behind the first of their groups: SQS shows them once those are deleted");
    }
    Ok(Exit::Done)
}

/// What a look at a queue shows.
pub struct Look {
    counts: queue::Counts,
    messages: Vec<(Message, Option<Failed>)>,
}

/// Looks at up to `limit` messages, which are put back.
///
/// # Errors
/// When SQS refuses, or the logs that may tell why messages failed cannot be read.
pub async fn look(running: &RunningStack, queue: &Resource, limit: usize) -> anyhow::Result<Look> {
    let (cloud, url) = (&running.cloud, queue.physical_id.as_str());
    let counts = queue::counts(cloud, url).await?;
    let mut messages = Vec::new();
    let mut receiver = Receiver::new(cloud, url, HIDDEN_FOR);
    // The local cloud counts exactly: when it has shown all, there is nothing to wait for.
    let most = cloud.local.as_ref().and_then(|_| usize::try_from(counts.visible).ok());
    let outcome = receive(&mut receiver, &mut messages, most.unwrap_or(limit).min(limit)).await;
    queue::put_back(cloud, url, &messages).await?;
    outcome?;
    let groups = log_groups(running, queue);
    let (mut shown, until) = (Vec::new(), Instant::now() + SEARCH);
    for message in messages {
        let failed = tokio::time::timeout_at(until, why(running, &groups, &message)).await;
        shown.push((message, failed.ok().transpose()?.flatten()));
    }
    Ok(Look { counts, messages: shown })
}

impl Look {
    /// As `peek --json` prints it.
    #[must_use]
    pub fn as_json(&self, running: &RunningStack, queue: &Resource) -> Json {
        let messages: Vec<_> =
            self.messages.iter().map(|(message, failed)| as_json(running, message, failed.as_ref())).collect();
        let queue::Counts { visible, in_flight, delayed } = self.counts;
        let counted = json!({"visible": visible, "in_flight": in_flight, "delayed": delayed});
        json!({"version": 1, "queue": queue.id, "counts": counted, "messages": messages})
    }
}

async fn receive(receiver: &mut Receiver<'_>, messages: &mut Vec<Message>, limit: usize) -> anyhow::Result<()> {
    while messages.len() < limit {
        let more = receiver.next(limit - messages.len()).await?;
        if more.is_empty() {
            break;
        }
        messages.extend(more);
    }
    Ok(())
}

/// The logs of the functions whose failed messages come to the queue.
fn log_groups(running: &RunningStack, queue: &Resource) -> Vec<LogGroup> {
    let sources = running.sources(&queue.id);
    let consumers: Vec<_> = sources.iter().flat_map(|source| running.consumers(&source.id)).collect();
    running.log_groups(&consumers)
}

/// The last of the gravest events that name a message.
async fn why(running: &RunningStack, groups: &[LogGroup], message: &Message) -> anyhow::Result<Option<Failed>> {
    let id = [queue::id(message).to_owned()];
    let mut log = LogEvents::since(&running.cloud, groups, queue::sent(message)).containing_any(&id);
    let mut gravest: Option<(Option<Level>, LogEvent)> = None;
    while let Some(event) = log.next().await? {
        let level = LogLine::of(&event.message).level;
        if gravest.as_ref().is_none_or(|(other, _)| level >= *other) {
            gravest = Some((level, event));
        }
    }
    Ok(gravest.map(|(_, event)| Failed { function: groups[event.group].label.clone(), event }))
}

fn print(running: &RunningStack, message: &Message, failed: Option<&Failed>) {
    let strong = ui::STRONG;
    ui::result(format!("\n{strong}{}{strong:#}  {}", queue::id(message), facts(running, message).join(", ")));
    for (name, value) in queue::attributes(message) {
        ui::result(format!("  {name}: {value}"));
    }
    if let Some(Failed { function, event }) = failed {
        let text = LogLine::of(&event.message).text().unwrap_or_default();
        ui::result(format!("  {} {function} {text}", moment::text(event.time)));
    }
    for line in queue::body(message).lines() {
        ui::result(format!("  {line}"));
    }
}

/// When a message was sent and how often received, its group, and where it failed.
fn facts(running: &RunningStack, message: &Message) -> Vec<String> {
    let system = |name| queue::system(message, &name);
    let sent = queue::sent(message);
    let age = Duration::from_millis(u64::try_from(moment::now() - sent).unwrap_or_default());
    let mut facts = vec![format!("sent {} ({} ago)", moment::text(sent), moment::rough(age))];
    facts.extend(system(System::ApproximateReceiveCount).map(|count| format!("received {count} times")));
    facts.extend(system(System::MessageGroupId).map(|group| format!("group {group}")));
    facts.extend(system(System::DeadLetterQueueSourceArn).map(|arn| format!("from {}", running.shown(arn))));
    facts
}

fn as_json(running: &RunningStack, message: &Message, failed: Option<&Failed>) -> Json {
    let system = |name| queue::system(message, &name);
    let attributes = queue::attributes(message).into_iter().map(|(name, value)| (name.to_owned(), Json::from(value)));
    let received = system(System::ApproximateReceiveCount).and_then(|count| count.parse::<u64>().ok());
    json!({
        "id": queue::id(message),
        "body": queue::body(message),
        "sent": moment::text(queue::sent(message)),
        "received": received,
        "group": system(System::MessageGroupId),
        "deduplication_id": system(System::MessageDeduplicationId),
        "source": system(System::DeadLetterQueueSourceArn).map(|arn| running.shown(arn)),
        "attributes": attributes.collect::<serde_json::Map<_, _>>(),
        "failure": failed.map(|Failed { function, event }| json!({
            "function": function,
            "time": moment::text(event.time),
            "message": event.message.trim_end(),
        })),
    })
}
