//! What a schedule does.

use policies::action;
use serde::Serialize;

use crate::eventbridge::EventBus;
use crate::iam::Statement;
use crate::kinesis::Stream;
use crate::lambda::Invocable;
use crate::reference::{HasArn, Ref};
use crate::sns::StandardTopic;
use crate::sqs::{FifoQueue, StandardQueue};
use crate::stepfunctions::{StateMachine, Workflow};
use crate::value::Intrinsic;

/// What a schedule does: what its role must allow for that comes with it.
///
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html>
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub(super) arn: Intrinsic,
    pub(super) right: Statement,
    pub(super) parameters: Parameters,
    pub(super) input: Option<String>,
    pub(super) fifo: Option<Ref<FifoQueue>>,
}

/// What only some targets take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Parameters {
    #[serde(rename = "SqsParameters")]
    queue: Option<SqsParameters>,
    #[serde(rename = "EventBridgeParameters")]
    bus: Option<EventBridgeParameters>,
    #[serde(rename = "KinesisParameters")]
    stream: Option<KinesisParameters>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SqsParameters {
    message_group_id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct EventBridgeParameters {
    source: String,
    detail_type: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct KinesisParameters {
    partition_key: String,
}

impl Target {
    fn new<R: HasArn>(target: Ref<R>, action: policies::Action) -> Self {
        Self::at(target.arn(), action)
    }

    fn at(arn: Intrinsic, action: policies::Action) -> Self {
        let right = Statement::allow([action]).on(arn.clone());
        Self { arn, right, parameters: Parameters::default(), input: None, fifo: None }
    }

    /// Invokes `function`, asynchronously.
    pub fn function(function: impl Into<Invocable>) -> Self {
        Self::at(function.into().arn(), action::lambda::INVOKE_FUNCTION)
    }

    /// Sends to `queue`.
    #[must_use]
    pub fn queue(queue: Ref<StandardQueue>) -> Self {
        Self::new(queue, action::sqs::SEND_MESSAGE)
    }

    /// Sends to `queue`, in order within the message group `group`. The queue has to tell duplicates by content.
    pub fn fifo_queue(queue: Ref<FifoQueue>, group: impl Into<String>) -> Self {
        let queue_parameters = SqsParameters { message_group_id: group.into() };
        let parameters = Parameters { queue: Some(queue_parameters), ..Parameters::default() };
        Self { parameters, fifo: Some(queue), ..Self::new(queue, action::sqs::SEND_MESSAGE) }
    }

    /// Publishes to `topic`.
    #[must_use]
    pub fn topic(topic: Ref<StandardTopic>) -> Self {
        Self::new(topic, action::sns::PUBLISH)
    }

    /// Starts an execution of `machine`.
    #[must_use]
    pub fn machine<K: Workflow>(machine: Ref<StateMachine<K>>) -> Self {
        Self::new(machine, action::states::START_EXECUTION)
    }

    /// Puts an event on `bus`, with the input as its detail.
    pub fn bus(bus: Ref<EventBus>, source: impl Into<String>, detail_type: impl Into<String>) -> Self {
        let event = EventBridgeParameters { source: source.into(), detail_type: detail_type.into() };
        let parameters = Parameters { bus: Some(event), ..Parameters::default() };
        Self { parameters, ..Self::new(bus, action::events::PUT_EVENTS) }
    }

    /// Puts a record into `stream`.
    pub fn stream(stream: Ref<Stream>, partition_key: impl Into<String>) -> Self {
        let record = KinesisParameters { partition_key: partition_key.into() };
        let parameters = Parameters { stream: Some(record), ..Parameters::default() };
        Self { parameters, ..Self::new(stream, action::kinesis::PUT_RECORD) }
    }

    /// The same with what the target gets. `<aws.scheduler.scheduled-time>` in it is when the schedule went off, and there are
    /// [others](https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html).
    #[must_use]
    pub fn with_input(self, input: impl Into<String>) -> Self {
        Self { input: Some(input.into()), ..self }
    }
}
