//! What feeds a function with the messages of a queue.

use serde::{Serialize, Serializer};

use super::{FilterCriteria, Invocable};
use crate::check::Check;
use crate::reference::{Ref, Resource};
use crate::sqs::Queue;
use crate::units::{Integer, Seconds};
use crate::value::Intrinsic;

/// Feeds a function with the messages of a queue.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html>
#[derive(Debug, Clone)]
pub struct EventSourceMapping<Q> {
    /// The queue. Changing it replaces the mapping.
    pub queue: Ref<Q>,
    /// The function or alias.
    pub function_name: Invocable,
    /// How many messages one invocation gets at most: 1 to 10, from a standard queue with a window up to 10,000.
    pub batch_size: Integer<1, 10_000>,
    /// How long to gather a batch, 0 to 300 s; not for FIFO queues.
    pub maximum_batching_window_in_seconds: Option<Seconds<0, 300>>,
    /// What the function's answer means for the batch.
    pub function_response_types: Vec<FunctionResponseType>,
    /// How many batches are processed at once.
    pub scaling_config: Option<ScalingConfig>,
    /// Which messages the function gets; the others are deleted from the queue.
    pub filter_criteria: Option<FilterCriteria>,
}

/// What a function's answer means for the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum FunctionResponseType {
    /// It lists the messages that failed; the others are done.
    ReportBatchItemFailures,
}

/// How many batches of a queue are processed at once. What limits them and what holds pollers ready exclude each other.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalingConfig {
    /// At most so many, 2 to 1,000.
    MaximumConcurrency(Integer<2, 1_000>),
    /// As many as pollers that are always there can: they begin at once, and are paid by the hour.
    ProvisionedPollers(Pollers<2>),
}

/// How many pollers there are always: `LEAST` or more, which is 2 of a queue and 1 of Kafka.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-provisioned-mode>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Pollers<const LEAST: i64> {
    /// The least, up to 200.
    #[serde(rename = "MinimumPollers")]
    pub minimum: Integer<LEAST, 200>,
    /// The most, up to 2,000 and not less than that.
    #[serde(rename = "MaximumPollers")]
    pub maximum: Integer<LEAST, 2_000>,
}

impl<const LEAST: i64> Pollers<LEAST> {
    pub(super) fn check(self, check: &mut Check<'_>) {
        if self.minimum.get() > self.maximum.get() {
            let message = format!("{} to {} pollers are no range", self.minimum, self.maximum);
            check.error("pollers", message).help("end with no less than it begins with");
        }
    }
}

impl<Q: Queue> Serialize for EventSourceMapping<Q> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Scaling {
            maximum_concurrency: Integer<2, 1_000>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            event_source_arn: Intrinsic,
            function_name: Invocable,
            batch_size: Integer<1, 10_000>,
            maximum_batching_window_in_seconds: Option<Seconds<0, 300>>,
            function_response_types: &'a [FunctionResponseType],
            scaling_config: Option<Scaling>,
            provisioned_poller_config: Option<Pollers<2>>,
            filter_criteria: &'a Option<FilterCriteria>,
        }
        let (scaling_config, provisioned_poller_config) = match self.scaling_config {
            None => (None, None),
            Some(ScalingConfig::MaximumConcurrency(most)) => (Some(Scaling { maximum_concurrency: most }), None),
            Some(ScalingConfig::ProvisionedPollers(pollers)) => (None, Some(pollers)),
        };
        Wire {
            event_source_arn: self.queue.arn(),
            function_name: self.function_name,
            batch_size: self.batch_size,
            maximum_batching_window_in_seconds: self.maximum_batching_window_in_seconds,
            function_response_types: &self.function_response_types,
            scaling_config,
            provisioned_poller_config,
            filter_criteria: &self.filter_criteria,
        }
        .serialize(serializer)
    }
}

impl<Q: Queue> Resource for EventSourceMapping<Q> {
    const TYPE: &'static str = "AWS::Lambda::EventSourceMapping";

    fn check(&self, check: &mut Check<'_>) {
        if Q::is_fifo() && self.maximum_batching_window_in_seconds.is_some() {
            check.error("fifo-batching-window", "a FIFO queue is polled without a batching window").help("remove it");
        }
        if let Some(ScalingConfig::ProvisionedPollers(pollers)) = self.scaling_config {
            pollers.check(check);
        }
        let window = self.maximum_batching_window_in_seconds.map_or(0, Seconds::get);
        check_batch_size(self.batch_size, Q::is_fifo() || window == 0, check);
        let (Some(queue), Some(function)) = (check.stack.get(self.queue), self.function_name.get_in(check.stack))
        else {
            return;
        };
        // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        let (visibility, timeout) = (queue.visibility_timeout(), function.timeout);
        let recommended = timeout.get() * 6 + window;
        let message = format!(
            "`{}` hides a message for {visibility}, and `{}` may take {timeout}",
            self.queue.id(),
            self.function_name.id()
        );
        let help = format!("set the queue's `visibility_timeout` to {recommended} s, six times the function's timeout");
        if visibility.get() < timeout.get() {
            check.error("visibility-timeout", message).help(help);
        } else if visibility.get() < recommended {
            check.warning("visibility-timeout", message).help(help);
        }
    }
}

/// Reports a batch that is larger than a queue gives at once: `is_small` where messages are not gathered.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
pub(crate) fn check_batch_size(size: Integer<1, 10_000>, is_small: bool, check: &mut Check<'_>) {
    if is_small && size.get() > 10 {
        check.error("batch-size", format!("batch size {size} is not within 1 to 10"));
    }
}
