//! Which queues get the messages of a topic.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::{DeliversTo, StandardTopic, Topic};
use crate::check::Check;
use crate::pattern::{Match, Pattern};
use crate::reference::{Ref, Resource};
use crate::sqs::Queue;
use crate::template::verbatim;
use crate::value::{Intrinsic, Value};

/// A queue that gets the messages of a topic. The queue's policy must let the topic send.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html>
#[derive(Debug, Clone)]
pub struct Subscription<T, Q> {
    /// The topic. Changing it replaces the subscription.
    pub topic: Ref<T>,
    /// The queue. Changing it replaces the subscription.
    pub queue: Ref<Q>,
    /// Which messages it gets; without it all.
    pub filter_policy: Option<FilterPolicy>,
    /// Whether it gets each message as it was published, its attributes as attributes, instead of in an envelope.
    pub raw_message_delivery: bool,
    /// Where messages go that could not be delivered.
    pub dead_letter_target: Option<Ref<Q>>,
}

/// An address that gets the messages of a standard topic by e-mail, once its owner has confirmed it: SNS writes to the
/// address and asks.
///
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html>
#[derive(Debug, Clone)]
pub struct EmailSubscription {
    /// The topic. Changing it replaces the subscription.
    pub topic: Ref<StandardTopic>,
    /// The address. Changing it replaces the subscription.
    pub address: Value,
}

impl Resource for EmailSubscription {
    const TYPE: &'static str = "AWS::SNS::Subscription";
}

impl Serialize for EmailSubscription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            topic_arn: Intrinsic,
            protocol: &'static str,
            endpoint: &'a Value,
        }
        Wire { topic_arn: self.topic.arn(), protocol: "email", endpoint: &self.address }.serialize(serializer)
    }
}

/// Which messages a subscriber gets: those of which every field that the policy names has one of the values listed.
///
/// At most 5 fields and 150 combinations of values.
///
/// <https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html>
#[derive(Debug, Clone, PartialEq)]
pub enum FilterPolicy {
    /// By the message's attributes.
    MessageAttributes(IndexMap<String, Vec<Match>>),
    /// By the fields of its body, a JSON object.
    MessageBody(Pattern),
}

impl FilterPolicy {
    /// The messages whose attribute `name` has one of `values`.
    pub fn attribute(name: &str, values: impl IntoIterator<Item = impl Into<Match>>) -> Self {
        Self::MessageAttributes([(name.to_owned(), values.into_iter().map(Into::into).collect())].into())
    }

    /// How many fields it names, and how many combinations of values SNS makes of it: the product of the numbers of
    /// values, in a body each times its depth.
    fn complexity(&self) -> (usize, usize) {
        let leaves: Vec<_> = match self {
            Self::MessageAttributes(attributes) => attributes.values().map(|values| (1, values.len())).collect(),
            Self::MessageBody(pattern) => pattern.leaves(),
        };
        (leaves.len(), leaves.into_iter().map(|(depth, values)| depth * values).product())
    }
}

/// <https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html>
const MAX_FIELDS: usize = 5;
const MAX_COMBINATIONS: usize = 150;

impl<T: Topic, Q: Queue> Subscription<T, Q>
where
    T: DeliversTo<Q>,
{
    /// `queue` gets every message of `topic`, as it was published.
    #[must_use]
    pub const fn new(topic: Ref<T>, queue: Ref<Q>) -> Self {
        Self { topic, queue, filter_policy: None, raw_message_delivery: true, dead_letter_target: None }
    }
}

impl<T: DeliversTo<Q>, Q: Queue> Resource for Subscription<T, Q> {
    const TYPE: &'static str = "AWS::SNS::Subscription";

    fn check(&self, check: &mut Check<'_>) {
        let Some(policy) = &self.filter_policy else { return };
        let (fields, combinations) = policy.complexity();
        if combinations == 0 {
            let message = "a field of the filter policy has no values, so that the queue gets nothing";
            check.error("filter-policy", message).help("list its values, or leave the field out");
        }
        if fields > MAX_FIELDS {
            check.error("filter-policy", format!("the filter policy names {fields} fields; SNS takes {MAX_FIELDS}"));
        }
        if combinations > MAX_COMBINATIONS {
            let message =
                format!("the filter policy has {combinations} combinations of values; SNS takes {MAX_COMBINATIONS}");
            check.error("filter-policy", message).help("in a body, a value counts as often as it is deep");
        }
    }
}

impl<T: DeliversTo<Q>, Q: Queue> Serialize for Subscription<T, Q> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct RedrivePolicy {
            dead_letter_target_arn: Intrinsic,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            topic_arn: Intrinsic,
            protocol: &'static str,
            endpoint: Intrinsic,
            raw_message_delivery: Option<bool>,
            filter_policy_scope: Option<&'static str>,
            filter_policy: Option<&'a FilterPolicy>,
            redrive_policy: Option<RedrivePolicy>,
        }
        Wire {
            topic_arn: self.topic.arn(),
            protocol: "sqs",
            endpoint: self.queue.arn(),
            raw_message_delivery: self.raw_message_delivery.then_some(true),
            filter_policy_scope: self.filter_policy.as_ref().map(|policy| match policy {
                FilterPolicy::MessageAttributes(_) => "MessageAttributes",
                FilterPolicy::MessageBody(_) => "MessageBody",
            }),
            filter_policy: self.filter_policy.as_ref(),
            redrive_policy: self.dead_letter_target.map(|queue| RedrivePolicy { dead_letter_target_arn: queue.arn() }),
        }
        .serialize(serializer)
    }
}

impl Serialize for FilterPolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // A field without values is said: without it, the queue would get everything.
            Self::MessageAttributes(attributes) => verbatim(attributes, serializer),
            Self::MessageBody(pattern) => pattern.serialize(serializer),
        }
    }
}
