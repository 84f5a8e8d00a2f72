//! The calls of SQS that a worker makes: these and no other.

use std::rc::Rc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
    MessageSystemAttributeName, QueueAttributeName,
};

use crate::failure::Failure;
use crate::message::Message;
use crate::queue::Described;
use crate::settings::{MAX_CALL, QueueUrl};

/// How long an answer may take, beside what SQS was asked to wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// SQS, by the credentials and connections that the handler's bindings use.
#[derive(Debug, Clone)]
pub(crate) struct Sqs(Client);

/// What one call asks for.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) most: usize,
    pub(crate) wait: Duration,
    pub(crate) visibility: Duration,
    /// The id of the attempt, at a FIFO queue: it gives the same messages again when its answer was lost.
    pub(crate) attempt: Option<String>,
}

/// What became of one message in a call about up to ten.
#[derive(Debug)]
pub(crate) enum Outcome {
    Done,
    /// The receipt does not hold any more: another may have the message.
    Lost(String),
    /// It may succeed when it is tried again.
    Failed(String),
}

impl Sqs {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).build();
        let config = aws_sdk_sqs::config::Builder::from(config)
            // The worker has its own retries, which know until when one is of use.
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts);
        Self(Client::from_conf(config.build()))
    }

    /// What the queue says of itself.
    pub(crate) async fn describe(&self, queue: &QueueUrl) -> Result<Described, Failure> {
        let answer = self
            .0
            .get_queue_attributes()
            .queue_url(queue.as_str())
            .attribute_names(QueueAttributeName::QueueArn)
            .attribute_names(QueueAttributeName::VisibilityTimeout)
            .send()
            .await?;
        let attribute = |name| answer.attributes()?.get(&name).map(String::as_str);
        Described::new(attribute(QueueAttributeName::QueueArn), attribute(QueueAttributeName::VisibilityTimeout))
    }

    /// Waits for messages, and has them hidden.
    pub(crate) async fn receive(&self, queue: &QueueUrl, request: &Request) -> Result<Vec<Message>, Failure> {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(request.wait + PATIENCE).build();
        let answer = self
            .0
            .receive_message()
            .queue_url(queue.as_str())
            .max_number_of_messages(i32::try_from(request.most.min(MAX_CALL)).unwrap_or(1))
            .wait_time_seconds(seconds(request.wait))
            // Said here, so that it is what the worker believes even when somebody changes the queue meanwhile.
            .visibility_timeout(seconds(request.visibility))
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .set_receive_request_attempt_id(request.attempt.clone())
            .customize()
            .config_override(aws_sdk_sqs::config::Builder::new().timeout_config(timeouts))
            .send()
            .await?;
        let messages = answer.messages.unwrap_or_default();
        Ok(messages.into_iter().filter_map(|message| Message::new(message, request.visibility)).collect())
    }

    /// Deletes up to ten messages.
    pub(crate) async fn delete(&self, queue: &QueueUrl, messages: &[Rc<Message>]) -> Result<Vec<Outcome>, Failure> {
        let entries = messages.iter().enumerate().map(|(index, message)| {
            DeleteMessageBatchRequestEntry::builder().id(index.to_string()).receipt_handle(&message.receipt).build()
        });
        let entries = entries.collect::<Result<_, _>>().map_err(|error| Failure::other(error.to_string()))?;
        let call = self.0.delete_message_batch().queue_url(queue.as_str()).set_entries(Some(entries));
        Ok(outcomes(messages.len(), call.send().await?.failed()))
    }

    /// Has up to ten messages hidden for `visibility` from now on, in their order.
    pub(crate) async fn hide(
        &self,
        queue: &QueueUrl,
        messages: &[Rc<Message>],
        visibility: Duration,
    ) -> Result<Vec<Outcome>, Failure> {
        let entries = messages.iter().enumerate().map(|(index, message)| {
            ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(index.to_string())
                .receipt_handle(&message.receipt)
                .visibility_timeout(seconds(visibility))
                .build()
        });
        let entries = entries.collect::<Result<_, _>>().map_err(|error| Failure::other(error.to_string()))?;
        let call = self.0.change_message_visibility_batch().queue_url(queue.as_str()).set_entries(Some(entries));
        Ok(outcomes(messages.len(), call.send().await?.failed()))
    }
}

/// What became of each of `count` messages, whose entries are called by their index.
fn outcomes(count: usize, failed: &[BatchResultErrorEntry]) -> Vec<Outcome> {
    let mut outcomes: Vec<_> = (0..count).map(|_| Outcome::Done).collect();
    for entry in failed {
        let Some(outcome) = entry.id().parse().ok().and_then(|index: usize| outcomes.get_mut(index)) else { continue };
        let cause = format!("{}: {}", entry.code(), entry.message().unwrap_or("no message"));
        // SQS says by several codes that a receipt is too old: the sender's fault is what they have in common. Calls
        // that are throttled are said to be the sender's fault, too.
        let may_pass = !entry.sender_fault() || entry.code().contains("Throttl");
        *outcome = if may_pass { Outcome::Failed(cause) } else { Outcome::Lost(cause) };
    }
    outcomes
}

/// SQS counts in whole seconds.
fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}
