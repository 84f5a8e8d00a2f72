//! Queues of a deployment, by the output with their URL, or by the URL.

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry};
use serde_json::json;

use crate::deployment::Deployment;
use crate::succeeded;

/// As many messages as SQS takes in one call.
const BATCH: usize = 10;

impl Deployment {
    /// Sends a message to a queue, and returns its id.
    pub async fn send(&self, queue: &str, body: impl ToString) -> String {
        let call = self.sqs.send_message().queue_url(self.value(queue)).message_body(body.to_string());
        succeeded(&self.tried("sending to", queue), call.send().await).message_id.unwrap_or_default()
    }

    /// Sends a message to a FIFO queue in a message group, and returns its id. The queue must deduplicate by content.
    pub async fn send_in_group(&self, queue: &str, group: &str, body: impl ToString) -> String {
        let call = self.sqs.send_message().queue_url(self.value(queue)).message_group_id(group);
        let sent = call.message_body(body.to_string()).send().await;
        succeeded(&self.tried("sending to", queue), sent).message_id.unwrap_or_default()
    }

    /// Sends messages to a queue, ten in a call, and returns their ids in the same order.
    pub async fn send_all(&self, queue: &str, bodies: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
        let bodies: Vec<_> = bodies.into_iter().map(|body| body.to_string()).collect();
        let mut ids = Vec::with_capacity(bodies.len());
        for chunk in bodies.chunks(BATCH) {
            let entry = |(number, body): (usize, &String)| {
                SendMessageBatchRequestEntry::builder().id(number.to_string()).message_body(body).build().unwrap()
            };
            let entries = chunk.iter().enumerate().map(entry).collect();
            let call = self.sqs.send_message_batch().queue_url(self.value(queue)).set_entries(Some(entries));
            let mut sent = succeeded(&self.tried("sending to", queue), call.send().await);
            assert!(sent.failed.is_empty(), "{}: {:?}", self.tried("sending to", queue), sent.failed);
            sent.successful.sort_by_key(|sent| sent.id.parse::<usize>().unwrap_or_default());
            ids.extend(sent.successful.into_iter().map(|sent| sent.message_id));
        }
        ids
    }

    /// Takes every message out of a queue that is visible now.
    pub async fn drain(&self, queue: &str) -> Vec<Message> {
        let url = self.value(queue);
        let mut drained = Vec::new();
        loop {
            let call = self.sqs.receive_message().queue_url(url).max_number_of_messages(10);
            let call =
                call.message_system_attribute_names(MessageSystemAttributeName::All).message_attribute_names("All");
            let received = succeeded(&self.tried("receiving from", queue), call.send().await);
            let messages = received.messages.unwrap_or_default();
            if messages.is_empty() {
                return drained;
            }
            for message in &messages {
                let call = self.sqs.delete_message().queue_url(url).set_receipt_handle(message.receipt_handle.clone());
                succeeded(&self.tried("deleting from", queue), call.send().await);
            }
            drained.extend(messages);
        }
    }

    /// How many messages a queue holds: waiting, delayed, or received and not deleted.
    pub async fn messages(&self, queue: &str) -> usize {
        let counters = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let call = self.sqs.get_queue_attributes().queue_url(self.value(queue));
        let answer = call.set_attribute_names(Some(counters.to_vec())).send().await;
        let attributes = succeeded(&self.tried("reading", queue), answer).attributes.unwrap_or_default();
        attributes.values().filter_map(|count| count.parse::<usize>().ok()).sum()
    }

    /// An attribute of a queue.
    pub async fn queue_attribute(&self, queue: &str, name: QueueAttributeName) -> String {
        let call = self.sqs.get_queue_attributes().queue_url(self.value(queue)).attribute_names(name.clone());
        let attributes = succeeded(&self.tried("reading", queue), call.send().await).attributes;
        let value = attributes.unwrap_or_default().remove(&name);
        value.unwrap_or_else(|| panic!("{}: it has no attribute `{name}`", self.tried("reading", queue)))
    }

    /// Sets an attribute of a queue.
    pub async fn set_queue_attribute(&self, queue: &str, name: QueueAttributeName, value: impl Into<String>) {
        let call = self.sqs.set_queue_attributes().queue_url(self.value(queue)).attributes(name, value);
        succeeded(&self.tried("changing", queue), call.send().await);
    }

    /// Has a queue deliver a message that failed again after `seconds`, instead of minutes.
    pub async fn redeliver_after(&self, queue: &str, seconds: u32) {
        self.set_queue_attribute(queue, QueueAttributeName::VisibilityTimeout, seconds.to_string()).await;
    }

    /// Has a queue give a message that failed to the dead-letter queue after so many deliveries, each `seconds` after
    /// the last.
    pub async fn give_up_after(&self, queue: &str, dead: &str, deliveries: u32, seconds: u32) {
        let dead = self.queue_attribute(dead, QueueAttributeName::QueueArn).await;
        let redrive = json!({ "deadLetterTargetArn": dead, "maxReceiveCount": deliveries }).to_string();
        self.set_queue_attribute(queue, QueueAttributeName::RedrivePolicy, redrive).await;
        self.redeliver_after(queue, seconds).await;
    }
}
