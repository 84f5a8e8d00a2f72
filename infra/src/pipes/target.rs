//! Where a pipe hands to.

use policies::action;
use serde::Serialize;

use crate::eventbridge::EventBus;
use crate::iam::Statement;
use crate::kinesis::Stream;
use crate::lambda::Invocable;
use crate::reference::{HasArn, Ref};
use crate::sns::StandardTopic;
use crate::sqs::{FifoQueue, StandardQueue};
use crate::stepfunctions::{Express, Standard, StateMachine};
use crate::value::Intrinsic;

/// Where a pipe hands to: what its role must allow for that comes with it.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html>
#[derive(Debug, Clone)]
pub struct Target {
    pub(super) arn: Intrinsic,
    pub(super) right: Statement,
    pub(super) parameters: Details,
}

/// What only some targets take, and what all do.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Details {
    input_template: Option<String>,
    lambda_function_parameters: Option<Invocation>,
    step_function_state_machine_parameters: Option<Invocation>,
    sqs_queue_parameters: Option<Message>,
    event_bridge_event_bus_parameters: Option<Event>,
    kinesis_stream_parameters: Option<Record>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Invocation {
    invocation_type: &'static str,
}

const AND_GO_ON: Invocation = Invocation { invocation_type: "FIRE_AND_FORGET" };
const TO_THE_END: Invocation = Invocation { invocation_type: "REQUEST_RESPONSE" };

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    message_group_id: String,
    message_deduplication_id: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    source: String,
    detail_type: String,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    partition_key: String,
}

impl Target {
    fn new<R: HasArn>(target: Ref<R>, action: policies::Action) -> Self {
        Self::at(target.arn(), action)
    }

    fn at(arn: Intrinsic, action: policies::Action) -> Self {
        let right = Statement::allow([action]).on(arn.clone());
        Self { arn, right, parameters: Details::default() }
    }

    /// Invokes `function` with the batch, and takes it as done once the function has answered.
    pub fn function(function: impl Into<Invocable>) -> Self {
        let parameters = Details { lambda_function_parameters: Some(TO_THE_END), ..Details::default() };
        Self { parameters, ..Self::at(function.into().arn(), action::lambda::INVOKE_FUNCTION) }
    }

    /// Starts an execution of `machine` with the batch, and goes on.
    #[must_use]
    pub fn machine(machine: Ref<StateMachine<Standard>>) -> Self {
        let parameters = Details { step_function_state_machine_parameters: Some(AND_GO_ON), ..Details::default() };
        Self { parameters, ..Self::new(machine, action::states::START_EXECUTION) }
    }

    /// Runs the express `machine` with the batch to its end, and takes it as done if that is well.
    #[must_use]
    pub fn express_machine(machine: Ref<StateMachine<Express>>) -> Self {
        let parameters = Details { step_function_state_machine_parameters: Some(TO_THE_END), ..Details::default() };
        Self { parameters, ..Self::new(machine, action::states::START_SYNC_EXECUTION) }
    }

    /// Sends each to `queue`.
    #[must_use]
    pub fn queue(queue: Ref<StandardQueue>) -> Self {
        Self::new(queue, action::sqs::SEND_MESSAGE)
    }

    /// Sends each to `queue`, in order within `group`, which may be a path such as `$.body.customer`.
    pub fn fifo_queue(queue: Ref<FifoQueue>, group: impl Into<String>) -> Self {
        let message = Message { message_group_id: group.into(), message_deduplication_id: None };
        let parameters = Details { sqs_queue_parameters: Some(message), ..Details::default() };
        Self { parameters, ..Self::new(queue, action::sqs::SEND_MESSAGE) }
    }

    /// Publishes each to `topic`.
    #[must_use]
    pub fn topic(topic: Ref<StandardTopic>) -> Self {
        Self::new(topic, action::sns::PUBLISH)
    }

    /// Puts each on `bus` as the detail of an event.
    pub fn bus(bus: Ref<EventBus>, source: impl Into<String>, detail_type: impl Into<String>) -> Self {
        let event = Event { source: source.into(), detail_type: detail_type.into() };
        let parameters = Details { event_bridge_event_bus_parameters: Some(event), ..Details::default() };
        Self { parameters, ..Self::new(bus, action::events::PUT_EVENTS) }
    }

    /// Puts each into `stream`, with a partition key that may be a path such as `$.body.customer`.
    pub fn stream(stream: Ref<Stream>, partition_key: impl Into<String>) -> Self {
        let record = Record { partition_key: partition_key.into() };
        let parameters = Details { kinesis_stream_parameters: Some(record), ..Details::default() };
        let put = policies::Statement::allow([action::kinesis::PUT_RECORD, action::kinesis::PUT_RECORDS]);
        Self { arn: stream.arn(), right: put.on(stream.arn()), parameters }
    }

    /// The same with what is made of each before, such as `{"order": <$.body.id>}`.
    ///
    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html>
    #[must_use]
    pub fn with_input(mut self, template: impl Into<String>) -> Self {
        self.parameters.input_template = Some(template.into());
        self
    }
}
