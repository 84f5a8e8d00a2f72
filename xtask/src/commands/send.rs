//! `send`: a message, an event or an object for a deployed stack.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::cli::Send;
use crate::cloud::explain;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::content::Content;
use crate::operate::example::first;
use crate::operate::queue::is_fifo;
use crate::operate::running_stack::{Kind, RunningStack};
use crate::services::cloudformation::Resource;
use crate::ui;

/// What takes what is sent.
const RECEIVER: Kind = Kind {
    one: "queue, topic, event bus, rule or bucket",
    several: "queues, topics, event buses, rules and buckets",
    types: &["AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Events::EventBus", RULE, "AWS::S3::Bucket"],
};

const RULE: &str = "AWS::Events::Rule";

/// The message group when none is named.
const GROUP: &str = "stackwright";

/// What was sent: to what, the name of its id, the id, and what else there is to know.
pub struct Sent {
    resource: String,
    what: &'static str,
    id: String,
    more: Json,
}

/// Sends what is given, and says under which id.
pub async fn run(arguments: &Send) -> anyhow::Result<Exit> {
    let content = Content::of(&arguments.body)?;
    let running = RunningStack::find(&arguments.stack, &arguments.target, "send").await?;
    let sent = send(&running, arguments, content).await?;
    if ui::json() {
        ui::result(sent.as_json());
    } else {
        ui::result(format!("{}: {} {}", sent.resource, sent.what, sent.id));
    }
    Ok(Exit::Done)
}

/// Sends `content` as `arguments` say.
///
/// # Errors
/// When nothing of the stack takes it, or its service refuses it.
pub async fn send(running: &RunningStack, arguments: &Send, content: Content) -> anyhow::Result<Sent> {
    let receiver = running.require(RECEIVER, &arguments.resource)?;
    require_fitting(arguments, receiver)?;
    if let Some(file) = &content.file {
        ui::say(format!("sending what is in `{}`", file.display()));
    }
    let to = Sender { arguments, running, receiver };
    match receiver.resource_type.as_str() {
        "AWS::SQS::Queue" => to.queue(content).await,
        "AWS::SNS::Topic" => to.topic(content).await,
        "AWS::Events::EventBus" => to.bus(&receiver.physical_id, &content).await,
        RULE => to.rule(&content).await,
        _ => to.bucket(content).await,
    }
}

impl Sent {
    /// As `send --json` prints it.
    #[must_use]
    pub fn as_json(&self) -> Json {
        let mut sent = json!({"version": 1, "resource": self.resource, "id": self.id});
        for (name, value) in self.more.as_object().into_iter().flatten() {
            sent[name] = value.clone();
        }
        sent
    }
}

/// Refuses what another kind of resource would take.
fn require_fitting(arguments: &Send, receiver: &Resource) -> anyhow::Result<()> {
    const MESSAGES: &[&str] = &["AWS::SQS::Queue", "AWS::SNS::Topic"];
    const EVENTS: &[&str] = &["AWS::Events::EventBus", RULE];
    let is_fifo = is_fifo(&receiver.physical_id);
    let options: [(&str, bool, &[&str], &str); 7] = [
        ("--group", arguments.group.is_some() && !is_fifo, &[], "a FIFO queue or topic"),
        ("--deduplication-id", arguments.deduplication_id.is_some() && !is_fifo, &[], "a FIFO queue or topic"),
        ("--attribute", !arguments.attributes.is_empty(), MESSAGES, "a queue or topic"),
        ("--key", arguments.key.is_some(), &["AWS::S3::Bucket"], "a bucket"),
        ("--content-type", arguments.content_type.is_some(), &["AWS::S3::Bucket"], "a bucket"),
        ("--detail-type", arguments.detail_type.is_some(), EVENTS, "an event bus or rule"),
        ("--source", arguments.source.is_some(), EVENTS, "an event bus or rule"),
    ];
    let kind = receiver.resource_type.as_str();
    match options.iter().find(|(_, is_given, kinds, _)| *is_given && !kinds.contains(&kind)) {
        None => Ok(()),
        Some((option, .., fitting)) => {
            Err(Failure::new(format!("`{option}` is for {fitting}, and `{}` is none", receiver.id))
                .exit(Exit::Usage)
                .into())
        }
    }
}

/// EventBridge takes events of AWS's services from these alone.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>
fn require_sendable(source: &str) -> anyhow::Result<()> {
    if !source.starts_with("aws.") {
        return Ok(());
    }
    Err(Failure::new(format!("only AWS sends events of the source `{source}`"))
        .exit(Exit::Usage)
        .help("do what makes the service send one, or `invoke FUNCTION --example eventbridge` to send it to a function")
        .into())
}

/// The media type of files whose names end as `key` does.
fn media_type(key: &str) -> Option<String> {
    mime_guess::from_path(key).first().map(|it| it.to_string())
}

struct Sender<'a> {
    arguments: &'a Send,
    running: &'a RunningStack,
    receiver: &'a Resource,
}

impl Sender<'_> {
    fn sent(&self, what: &'static str, id: String, more: Json) -> Sent {
        Sent { resource: self.receiver.id.clone(), what, id, more }
    }

    fn group(&self) -> Option<String> {
        let group = || self.arguments.group.clone().unwrap_or_else(|| GROUP.to_owned());
        is_fifo(&self.receiver.physical_id).then(group)
    }

    /// A new one, so that what is sent again is delivered again.
    fn deduplication_id(&self) -> Option<String> {
        let id = || self.arguments.deduplication_id.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
        is_fifo(&self.receiver.physical_id).then(id)
    }

    async fn queue(&self, content: Content) -> anyhow::Result<Sent> {
        let call = self.running.cloud.sqs.send_message().queue_url(&self.receiver.physical_id);
        let mut call = call.message_body(content.into_text()?).set_message_group_id(self.group());
        call = call.set_message_deduplication_id(self.deduplication_id());
        for (name, value) in &self.arguments.attributes {
            let attribute = aws_sdk_sqs::types::MessageAttributeValue::builder().data_type("String");
            call = call.message_attributes(name, attribute.string_value(value).build()?);
        }
        let sent = call.send().await.map_err(explain)?;
        let more = json!({"group": self.group(), "sequence_number": sent.sequence_number});
        Ok(self.sent("message", sent.message_id.unwrap_or_default(), more))
    }

    async fn topic(&self, content: Content) -> anyhow::Result<Sent> {
        let call = self.running.cloud.sns.publish().topic_arn(&self.receiver.physical_id);
        let mut call = call.message(content.into_text()?).set_message_group_id(self.group());
        call = call.set_message_deduplication_id(self.deduplication_id());
        for (name, value) in &self.arguments.attributes {
            let attribute = aws_sdk_sns::types::MessageAttributeValue::builder().data_type("String");
            call = call.message_attributes(name, attribute.string_value(value).build()?);
        }
        let sent = call.send().await.map_err(explain)?;
        let more = json!({"group": self.group(), "sequence_number": sent.sequence_number});
        Ok(self.sent("message", sent.message_id.unwrap_or_default(), more))
    }

    /// Sends to the rule's bus what the rule asks for.
    async fn rule(&self, content: &Content) -> anyhow::Result<Sent> {
        let properties = self.running.properties(&self.receiver.id);
        if properties["EventPattern"].is_null() {
            let message = format!("the rule `{}` takes no events: it has a schedule", self.receiver.id);
            return Err(Failure::new(message)
                .exit(Exit::Usage)
                .help("`invoke FUNCTION --example schedule` sends its target what it would")
                .into());
        }
        self.bus(properties["EventBusName"].as_str().unwrap_or("default"), content).await
    }

    async fn bus(&self, name: &str, content: &Content) -> anyhow::Result<Sent> {
        let detail = content.as_json()?;
        if !detail.is_object() {
            return Err(Failure::new("the detail of an event is a JSON object, and this is none")
                .exit(Exit::Usage)
                .into());
        }
        let source = self.event_field("--source", self.arguments.source.as_deref(), "source")?;
        let detail_type = self.event_field("--detail-type", self.arguments.detail_type.as_deref(), "detail-type")?;
        require_sendable(source)?;
        let entry = PutEventsRequestEntry::builder().event_bus_name(name).source(source);
        let entry = entry.detail_type(detail_type).detail(detail.to_string());
        let sent = self.running.cloud.eventbridge.put_events().entries(entry.build()).send().await.map_err(explain)?;
        // EventBridge answers that all is well, and refuses each event on its own.
        let entry = sent.entries().first();
        if let Some(code) = entry.and_then(|it| it.error_code()) {
            let why = entry.and_then(|it| it.error_message()).unwrap_or(code);
            return Err(Failure::new(format!("EventBridge refused the event: {why} ({code})")).into());
        }
        let id = entry.and_then(|it| it.event_id()).unwrap_or_default().to_owned();
        Ok(self.sent("event", id, json!({"source": source, "detail_type": detail_type})))
    }

    /// What was given, else the first that the rule asks for, or of a bus one of its rules.
    fn event_field<'a>(&'a self, option: &str, given: Option<&'a str>, field: &str) -> anyhow::Result<&'a str> {
        let Resource { id, physical_id, resource_type } = self.receiver;
        let is_rule = resource_type == RULE;
        let mut rules = self.running.of_type(RULE).filter(|(rule, it)| {
            let is_on_bus = |bus: &str| bus == physical_id || bus.ends_with(&format!("/{physical_id}"));
            // A rule may have the name of its bus, and shares that with others.
            if is_rule { rule == id } else { it["EventBusName"].as_str().is_some_and(is_on_bus) }
        });
        given.or_else(|| rules.find_map(|(_, it)| first(&it["EventPattern"][field]))).ok_or_else(|| {
            let message = if is_rule {
                format!("the rule `{id}` does not tell the {field} of its events")
            } else {
                format!("no rule of the stack tells the {field} of events on `{id}`")
            };
            Failure::new(message).exit(Exit::Usage).help(format!("pass `{option}`")).into()
        })
    }

    async fn bucket(&self, content: Content) -> anyhow::Result<Sent> {
        let name =
            content.file.as_ref().and_then(|file| file.file_name()).map(|name| name.to_string_lossy().into_owned());
        let Some(key) = self.arguments.key.clone().or(name) else {
            let message = format!("an object in the bucket `{}` needs a key", self.receiver.id);
            return Err(Failure::new(message).exit(Exit::Usage).help("pass `--key NAME`").into());
        };
        let call = self.running.cloud.s3.put_object().bucket(&self.receiver.physical_id).key(&key);
        let call = call.expected_bucket_owner(&self.running.cloud.account);
        let media_type = self.arguments.content_type.clone().or_else(|| media_type(&key));
        let call = call.set_content_type(media_type.clone()).body(ByteStream::from(content.bytes));
        let sent = call.send().await.map_err(explain)?;
        Ok(self.sent("object", key, json!({"version_id": sent.version_id, "content_type": media_type})))
    }
}
