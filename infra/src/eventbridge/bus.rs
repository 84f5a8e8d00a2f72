//! Event buses.

use serde::Serialize;

use crate::Ref;
use crate::reference::{HasArn, Resource};
use crate::sqs::StandardQueue;
use crate::value::{Intrinsic, Value};

/// A bus of its own. The account's default bus, which gets the events of AWS's services, needs none.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventBus {
    /// 1 to 256 letters, digits and `.-_/`, not `default`. Changing it replaces the bus.
    pub name: Value,
    /// Up to 512 characters.
    pub description: Option<String>,
    /// Where events go that no target could be given.
    #[serde(rename = "DeadLetterConfig", serialize_with = "dead_letter")]
    pub dead_letter_target: Option<Ref<StandardQueue>>,
}

impl EventBus {
    /// The bus `name`.
    pub fn named(name: impl Into<Value>) -> Self {
        Self { name: name.into(), description: None, dead_letter_target: None }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DeadLetterConfig {
    arn: Intrinsic,
}

/// `DeadLetterConfig`, which buses and targets write alike.
#[expect(clippy::ref_option, reason = "serde's signature")]
pub(super) fn dead_letter<S: serde::Serializer>(
    queue: &Option<Ref<StandardQueue>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    queue.map(|queue| DeadLetterConfig { arn: queue.arn() }).serialize(serializer)
}

impl Resource for EventBus {
    const TYPE: &'static str = "AWS::Events::EventBus";
}

impl HasArn for EventBus {}
