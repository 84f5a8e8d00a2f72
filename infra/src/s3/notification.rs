//! What a bucket tells whom.

use serde::{Serialize, Serializer};
use serde_json::json;

use super::Bucket;
use crate::check::Check;
use crate::lambda::Invocable;
use crate::reference::Ref;
use crate::sns::StandardTopic;
use crate::sqs::StandardQueue;
use crate::value::Intrinsic;

/// What a bucket tells whom, of the changes to its objects.
///
/// S3 refuses two notifications of one event for keys that both match, and a target that does not let it in: a
/// function needs a [`crate::lambda::Permission`], a queue or topic a policy.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html>
#[derive(Debug, Clone, Default)]
pub struct NotificationConfiguration {
    /// Whether EventBridge gets every event, on the account's default bus.
    pub event_bridge: bool,
    /// The functions and aliases it invokes, asynchronously.
    pub functions: Vec<Notification<Invocable>>,
    /// The queues it sends to. S3 knows no FIFO queue.
    pub queues: Vec<Notification<Ref<StandardQueue>>>,
    /// The topics it publishes to. S3 knows no FIFO topic.
    pub topics: Vec<Notification<Ref<StandardTopic>>>,
}

/// Who is told of which events.
#[derive(Debug, Clone, Copy)]
pub struct Notification<T> {
    /// Who is told.
    pub target: T,
    /// Of which events.
    pub event: Event,
    /// Of which objects.
    pub filter: KeyFilter,
}

/// Objects, by the beginning and end of their keys; both empty for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// How the key starts.
    pub prefix: &'static str,
    /// How the key ends; case matters.
    pub suffix: &'static str,
}

/// A change to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It was written, in whatever way.
    ObjectCreated,
    /// It was deleted, or a delete marker made.
    ObjectRemoved,
    /// A lifecycle rule let it expire.
    LifecycleExpiration,
}

impl Event {
    const fn name(self) -> &'static str {
        match self {
            Self::ObjectCreated => "s3:ObjectCreated:*",
            Self::ObjectRemoved => "s3:ObjectRemoved:*",
            Self::LifecycleExpiration => "s3:LifecycleExpiration:*",
        }
    }
}

impl<T> Notification<T> {
    /// `target` is told of each object that is created.
    #[must_use]
    pub fn created(target: impl Into<T>) -> Self {
        Self { target: target.into(), event: Event::ObjectCreated, filter: KeyFilter::default() }
    }
}

impl KeyFilter {
    /// Whether a key can match both.
    fn overlaps(&self, other: &Self) -> bool {
        (self.prefix.starts_with(other.prefix) || other.prefix.starts_with(self.prefix))
            && (self.suffix.ends_with(other.suffix) || other.suffix.ends_with(self.suffix))
    }
}

impl NotificationConfiguration {
    pub(super) fn is_empty(&self) -> bool {
        !self.event_bridge && self.functions.is_empty() && self.queues.is_empty() && self.topics.is_empty()
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        let functions = self.functions.iter().map(|it| (it.event, it.filter));
        let queues = self.queues.iter().map(|it| (it.event, it.filter));
        let topics = self.topics.iter().map(|it| (it.event, it.filter));
        let all: Vec<_> = functions.chain(queues).chain(topics).collect();
        for (place, (event, filter)) in all.iter().enumerate() {
            let again = all[..place].iter().any(|(other, keys)| other == event && keys.overlaps(filter));
            if again {
                let message = format!("two notifications of `{}` match the same keys", event.name());
                check.error("overlapping-notifications", message).help(
                    "give their filters prefixes or suffixes that exclude each other, or tell a topic or EventBridge",
                );
            }
        }
    }
}

impl Serialize for NotificationConfiguration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            event_bridge_configuration: Option<serde_json::Value>,
            lambda_configurations: Vec<serde_json::Value>,
            queue_configurations: Vec<serde_json::Value>,
            topic_configurations: Vec<serde_json::Value>,
        }
        Wire {
            event_bridge_configuration: self.event_bridge.then(|| json!({"EventBridgeEnabled": true})),
            lambda_configurations: self.functions.iter().map(|it| wire(it, "Function", &it.target.arn())).collect(),
            queue_configurations: self.queues.iter().map(|it| wire(it, "Queue", &it.target.arn())).collect(),
            topic_configurations: self.topics.iter().map(|it| wire(it, "Topic", &it.target.arn())).collect(),
        }
        .serialize(serializer)
    }
}

fn wire<T>(notification: &Notification<T>, target: &str, arn: &Intrinsic) -> serde_json::Value {
    let KeyFilter { prefix, suffix } = notification.filter;
    let rules: Vec<_> = [("prefix", prefix), ("suffix", suffix)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    let mut wire = json!({"Event": notification.event.name(), target: arn});
    if !rules.is_empty() {
        wire["Filter"] = json!({"S3Key": {"Rules": rules}});
    }
    wire
}

impl Bucket {
    /// The functions and aliases it notifies, each once.
    pub fn notified_functions(&self) -> impl Iterator<Item = Invocable> {
        let functions = &self.notification_configuration.functions;
        let first = |(place, it): &(usize, &Notification<Invocable>)| {
            functions[..*place].iter().all(|other| other.target != it.target)
        };
        functions.iter().enumerate().filter(first).map(|(_, it)| it.target)
    }
}
