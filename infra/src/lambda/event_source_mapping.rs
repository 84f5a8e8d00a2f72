//! What feeds a function in batches.

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::Function;
use crate::check::Check;
use crate::reference::{Ref, Resource};
use crate::sqs::Queue;
use crate::units::Seconds;

/// Feeds a function with the messages of a queue.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase", bound = "Q: Queue")]
pub struct EventSourceMapping<Q> {
    /// The queue. Changing it replaces the mapping.
    #[serde(rename = "EventSourceArn", serialize_with = "arn")]
    pub queue: Ref<Q>,
    /// The function.
    pub function_name: Ref<Function>,
    /// How many messages one invocation gets at most: 1 to 10, from a standard queue with a window up to 10,000.
    pub batch_size: u16,
    /// How long to gather a batch, 0 to 300 s; not for FIFO queues.
    pub maximum_batching_window_in_seconds: Option<Seconds>,
    /// What the function's answer means for the batch.
    pub function_response_types: Vec<FunctionResponseType>,
    /// How many batches are processed at once.
    pub scaling_config: Option<ScalingConfig>,
    /// Which messages the function gets; the others are deleted. SQS keeps none of them.
    pub filter_criteria: Option<FilterCriteria>,
}

/// What a function's answer means for the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum FunctionResponseType {
    /// It lists the messages that failed; the others are done.
    ReportBatchItemFailures,
}

/// How many batches are processed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScalingConfig {
    /// 2 to 1,000 concurrent invocations.
    pub maximum_concurrency: u16,
}

/// Which messages a function gets: those that match any of up to five filters.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FilterCriteria {
    /// The filters.
    pub filters: Vec<Filter>,
}

/// A pattern that a message matches, such as `{"body": {"status": ["approved"]}}`.
#[derive(Debug, Clone)]
pub struct Filter(pub Json);

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            pattern: String,
        }
        Wire { pattern: self.0.to_string() }.serialize(serializer)
    }
}

fn arn<Q: Queue, S: Serializer>(queue: &Ref<Q>, serializer: S) -> Result<S::Ok, S::Error> {
    queue.arn().serialize(serializer)
}

impl<Q: Queue> Resource for EventSourceMapping<Q> {
    const TYPE: &'static str = "AWS::Lambda::EventSourceMapping";

    fn check(&self, check: &mut Check<'_>) {
        if Q::is_fifo() && self.maximum_batching_window_in_seconds.is_some() {
            check.error("fifo-batching-window", "a FIFO queue is polled without a batching window").help("remove it");
        }
        let window = self.maximum_batching_window_in_seconds.unwrap_or(Seconds(0));
        let most = if Q::is_fifo() || window == Seconds(0) { 10 } else { 10_000 };
        if !(1..=most).contains(&self.batch_size) {
            check.error("batch-size", format!("batch size {} is not within 1 to {most}", self.batch_size));
        }
        let (Some(queue), Some(function)) = (check.stack.get(self.queue), check.stack.get(self.function_name)) else {
            return;
        };
        // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        let (visibility, timeout) = (queue.visibility_timeout(), function.timeout);
        let recommended = Seconds(timeout.0 * 6 + window.0);
        let message = format!(
            "`{}` hides a message for {visibility}, and `{}` may take {timeout}",
            self.queue.id(),
            self.function_name.id()
        );
        let help = format!("set the queue's `visibility_timeout` to {recommended}, six times the function's timeout");
        if visibility < timeout {
            check.error("visibility-timeout", message).help(help);
        } else if visibility < recommended {
            check.warning("visibility-timeout", message).help(help);
        }
    }
}
