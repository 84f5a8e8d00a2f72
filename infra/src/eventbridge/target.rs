//! Where the events of a rule go, and as what.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::{EventBus, bus};
use crate::iam::Role;
use crate::lambda::Invocable;
use crate::reference::{Arn, HasArn, LogicalId, Ref};
use crate::sns::StandardTopic;
use crate::sqs::StandardQueue;
use crate::units::{Integer, Seconds};
use crate::value::{Intrinsic, Value};

/// Where the events of a rule go. The target must let EventBridge in: a queue or topic by its policy, a function by a
/// [`crate::lambda::Permission`].
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html>
#[derive(Debug, Clone)]
pub struct Target {
    /// 1 to 64 letters, digits and `.-_`, unique in the rule.
    pub id: String,
    /// The target's ARN.
    pub arn: Intrinsic,
    /// What it gets.
    pub input: Input,
    /// How long and how often delivery is tried again.
    pub retry_policy: Option<RetryPolicy>,
    /// Where events go that could not be delivered. The queue's policy must let EventBridge send.
    pub dead_letter_target: Option<Ref<StandardQueue>>,
    /// The role with which EventBridge calls the target; a bus needs one, and none of the others here.
    pub role: Option<Value<Arn<Role>>>,
}

/// What a target gets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Input {
    /// The whole event.
    #[default]
    Event,
    /// The part of it at this JSON path, such as `$.detail`.
    Path(String),
    /// This JSON text.
    Constant(String),
    /// A text made from parts of it.
    Transformer(InputTransformer),
}

/// A text made from parts of an event.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InputTransformer {
    /// The parts, at most 100: a name for each, and its JSON path, such as `$.detail.object.key`.
    pub input_paths_map: IndexMap<String, String>,
    /// The text, with `<name>` for a part, and `<aws.events.event.json>` for the whole event; up to 8,192 characters.
    pub input_template: String,
}

/// How long and how often delivery is tried again. EventBridge's default is 24 hours and 185 times.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RetryPolicy {
    /// How old an event may be, 60 to 86,400 s.
    #[serde(rename = "MaximumEventAgeInSeconds")]
    pub maximum_event_age: Seconds<60, 86_400>,
    /// How often, 0 to 185 times.
    pub maximum_retry_attempts: Integer<0, 185>,
}

impl Target {
    fn new<R: HasArn>(target: Ref<R>) -> Self {
        Self::at(target.id(), target.arn())
    }

    fn at(id: LogicalId, arn: Intrinsic) -> Self {
        Self {
            id: id.to_string(),
            arn,
            input: Input::default(),
            retry_policy: None,
            dead_letter_target: None,
            role: None,
        }
    }

    /// Publishes to `topic`.
    #[must_use]
    pub fn topic(topic: Ref<StandardTopic>) -> Self {
        Self::new(topic)
    }

    /// Sends to `queue`.
    #[must_use]
    pub fn queue(queue: Ref<StandardQueue>) -> Self {
        Self::new(queue)
    }

    /// Invokes `function`, asynchronously.
    pub fn function(function: impl Into<Invocable>) -> Self {
        let function = function.into();
        Self::at(function.id(), function.arn())
    }

    /// Puts the events on `bus`, with `role`.
    #[must_use]
    pub fn bus(bus: Ref<EventBus>, role: impl Into<Value<Arn<Role>>>) -> Self {
        Self { role: Some(role.into()), ..Self::new(bus) }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            id: &'a str,
            arn: &'a Intrinsic,
            role_arn: &'a Option<Value<Arn<Role>>>,
            input: Option<&'a str>,
            input_path: Option<&'a str>,
            input_transformer: Option<&'a InputTransformer>,
            retry_policy: Option<RetryPolicy>,
            #[serde(rename = "DeadLetterConfig", serialize_with = "bus::dead_letter")]
            dead_letter_target: Option<Ref<StandardQueue>>,
        }
        let mut wire = Wire {
            id: &self.id,
            arn: &self.arn,
            role_arn: &self.role,
            input: None,
            input_path: None,
            input_transformer: None,
            retry_policy: self.retry_policy,
            dead_letter_target: self.dead_letter_target,
        };
        match &self.input {
            Input::Event => {}
            Input::Path(path) => wire.input_path = Some(path),
            Input::Constant(text) => wire.input = Some(text),
            Input::Transformer(transformer) => wire.input_transformer = Some(transformer),
        }
        wire.serialize(serializer)
    }
}
