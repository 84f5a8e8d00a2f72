//! Sending values of one type.

use aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder;
use aws_sdk_sqs::operation::send_message_batch::builders::SendMessageBatchFluentBuilder;
use aws_sdk_sqs::types::builders::SendMessageBatchRequestEntryBuilder;

use super::{Queue, Send, SendBatch, SendMessage, SendMessageBatch};
use crate::message::{BatchError, Message, text};
use crate::{Grants, evidence};

impl<A, M> Queue<A, M> {
    /// The SDK's `send_message` of `message` as JSON to this queue.
    ///
    /// # Errors
    /// When the value cannot be written as JSON, such as a map whose keys are no texts.
    #[track_caller]
    pub fn send<P>(&self, message: &M) -> serde_json::Result<SendMessageFluentBuilder>
    where
        A: Grants<SendMessage, P>,
        M: Message,
    {
        evidence::call::<Self, Send>();
        Ok(self.client.get().send_message().queue_url(self.url()).message_body(text(message)?))
    }

    /// The SDK's `send_message_batch` of up to 10 messages as JSON to this queue, each in an entry with its id in the
    /// batch, and what else SQS shall know of it, such as its group.
    ///
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>
    ///
    /// # Errors
    /// When a value cannot be written as JSON, or an entry has no id.
    #[track_caller]
    pub fn send_batch<'a, P>(
        &self,
        entries: impl IntoIterator<Item = (SendMessageBatchRequestEntryBuilder, &'a M)>,
    ) -> Result<SendMessageBatchFluentBuilder, BatchError>
    where
        A: Grants<SendMessageBatch, P>,
        M: Message + 'a,
    {
        evidence::call::<Self, SendBatch>();
        let entries = entries.into_iter().map(|(entry, message)| Ok(entry.message_body(text(message)?).build()?));
        let entries = entries.collect::<Result<Vec<_>, BatchError>>()?;
        Ok(self.client.get().send_message_batch().queue_url(self.url()).set_entries(Some(entries)))
    }
}
