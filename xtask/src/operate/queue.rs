//! The messages of a queue: looked at, put back, sent on and deleted.

use std::time::Duration;

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName,
    QueueAttributeName,
};

use super::running_stack::RunningStack;
use crate::cloud::{Cloud, explain};

/// How often a queue must give nothing before it is taken to be empty: a short poll asks only some of SQS's hosts.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html>
const EMPTY_ANSWERS: u32 = 2;

/// How many messages a batch of SQS has at most.
const BATCH: usize = 10;

/// For how long nobody else receives what is met while one message is looked for, should this be killed meanwhile.
const HIDDEN_FOR: Duration = Duration::from_secs(30);

/// How many messages are met while one is looked for.
const MOST_MESSAGES: usize = 1_000;

/// A queue whose messages are received one after the other.
#[derive(Debug)]
pub struct Receiver<'a> {
    cloud: &'a Cloud,
    url: &'a str,
    hidden_for: Duration,
    empty_answers: u32,
}

impl<'a> Receiver<'a> {
    /// That of the queue `url`, whose messages nobody else receives for `hidden_for` unless they are put back.
    #[must_use]
    pub const fn new(cloud: &'a Cloud, url: &'a str, hidden_for: Duration) -> Self {
        Self { cloud, url, hidden_for, empty_answers: 0 }
    }

    /// The next messages, `limit` and ten at most; none when no more are to be had.
    pub async fn next(&mut self, limit: usize) -> anyhow::Result<Vec<Message>> {
        while self.empty_answers < EMPTY_ANSWERS {
            let call = self.cloud.sqs.receive_message().queue_url(self.url).wait_time_seconds(1);
            let call = call.max_number_of_messages(i32::try_from(limit.min(BATCH))?);
            let call =
                call.visibility_timeout(i32::try_from(self.hidden_for.as_secs())?).message_attribute_names("All");
            let call = call.message_system_attribute_names(MessageSystemAttributeName::All);
            let messages = call.send().await.map_err(explain)?.messages.unwrap_or_default();
            if !messages.is_empty() {
                self.empty_answers = 0;
                return Ok(messages);
            }
            self.empty_answers += 1;
        }
        Ok(Vec::new())
    }
}

/// Lets others receive the messages again. What is no longer hidden, or gone, needs no putting back.
pub async fn put_back(cloud: &Cloud, url: &str, messages: &[Message]) -> anyhow::Result<()> {
    for batch in messages.chunks(BATCH) {
        let mut call = cloud.sqs.change_message_visibility_batch().queue_url(url);
        for (number, message) in batch.iter().enumerate() {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(number.to_string());
            let entry = entry.set_receipt_handle(message.receipt_handle.clone()).visibility_timeout(0);
            call = call.entries(entry.build()?);
        }
        call.send().await.map_err(explain)?;
    }
    Ok(())
}

/// Looks for the message `wanted` in the queue `url`, and does `work` with it. Whether it was there. Every message is put
/// back, also when something fails.
pub async fn find(
    cloud: &Cloud,
    url: &str,
    wanted: &str,
    work: impl AsyncFnOnce(&Message) -> anyhow::Result<()>,
) -> anyhow::Result<bool> {
    let mut receiver = Receiver::new(cloud, url, HIDDEN_FOR);
    let mut seen = Vec::new();
    let outcome = async {
        while seen.len() < MOST_MESSAGES {
            let more = receiver.next(MOST_MESSAGES - seen.len()).await?;
            if more.is_empty() {
                break;
            }
            seen.extend(more);
            if let Some(found) = seen.iter().find(|it| id(it) == wanted) {
                work(found).await?;
                return anyhow::Ok(true);
            }
        }
        Ok(false)
    }
    .await;
    put_back(cloud, url, &seen).await?;
    outcome
}

/// Deletes a message that was received.
pub async fn delete(cloud: &Cloud, url: &str, message: &Message) -> anyhow::Result<()> {
    let call = cloud.sqs.delete_message().queue_url(url).set_receipt_handle(message.receipt_handle.clone());
    call.send().await.map(|_| ()).map_err(explain)
}

/// Sends a message on with its attributes and its group; its new id.
pub async fn send_on(cloud: &Cloud, url: &str, message: &Message, body: &str) -> anyhow::Result<String> {
    let mut call = cloud.sqs.send_message().queue_url(url).message_body(body);
    call = call.set_message_attributes(message.message_attributes.clone().filter(|it| !it.is_empty()));
    if is_fifo(url) {
        call = call
            .message_group_id(system(message, &MessageSystemAttributeName::MessageGroupId).unwrap_or("stackwright"));
        // With its own deduplication id SQS would drop it for five minutes after it was first sent. With this one it is
        // doubled by no repetition of the same redrive.
        call = call.message_deduplication_id(format!("redrive-{}", id(message)));
    }
    let sent = call.send().await.map_err(explain)?;
    Ok(sent.message_id.unwrap_or_default())
}

/// How many messages a queue has, as SQS counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that can be received.
    pub visible: u64,
    /// Those that somebody has received and neither deleted nor put back.
    pub in_flight: u64,
    /// Those that cannot be received yet.
    pub delayed: u64,
}

/// How many messages a queue has now.
pub async fn counts(cloud: &Cloud, url: &str) -> anyhow::Result<Counts> {
    let (visible, in_flight, delayed) = (
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    );
    let names = vec![visible.clone(), in_flight.clone(), delayed.clone()];
    let call = cloud.sqs.get_queue_attributes().queue_url(url).set_attribute_names(Some(names));
    let attributes = call.send().await.map_err(explain)?.attributes.unwrap_or_default();
    let count = |name| attributes.get(name).and_then(|count| count.parse().ok()).unwrap_or_default();
    Ok(Counts { visible: count(&visible), in_flight: count(&in_flight), delayed: count(&delayed) })
}

/// The URL of the queue with this ARN, of this account and region.
pub async fn url_of(running: &RunningStack, arn: &str) -> anyhow::Result<String> {
    if let Some(own) = running.queue(arn) {
        return Ok(own.physical_id.clone());
    }
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let answer = running.cloud.sqs.get_queue_url().queue_name(name).send().await.map_err(explain)?;
    Ok(answer.queue_url.unwrap_or_default())
}

/// Whether the queue or topic with this name, ARN or URL keeps the order of messages.
#[must_use]
pub fn is_fifo(name: &str) -> bool {
    // AWS makes no FIFO queue or topic of another name, and no other one of such a name.
    name.strip_suffix(".fifo").is_some()
}

/// The id of a message.
#[must_use]
pub fn id(message: &Message) -> &str {
    message.message_id.as_deref().unwrap_or_default()
}

/// The body of a message.
#[must_use]
pub fn body(message: &Message) -> &str {
    message.body.as_deref().unwrap_or_default()
}

/// What SQS says of a message.
#[must_use]
pub fn system<'a>(message: &'a Message, name: &MessageSystemAttributeName) -> Option<&'a str> {
    message.attributes.as_ref()?.get(name).map(String::as_str)
}

/// When a message was sent, in milliseconds since the epoch.
#[must_use]
pub fn sent(message: &Message) -> i64 {
    system(message, &MessageSystemAttributeName::SentTimestamp).and_then(|it| it.parse().ok()).unwrap_or_default()
}

/// The attributes of a message, by name.
#[must_use]
pub fn attributes(message: &Message) -> Vec<(&str, String)> {
    let text = |value: &MessageAttributeValue| match (&value.string_value, &value.binary_value) {
        (Some(text), _) => text.clone(),
        (None, Some(bytes)) => format!("{} bytes", bytes.as_ref().len()),
        (None, None) => String::new(),
    };
    let all = message.message_attributes.iter().flatten();
    let mut all: Vec<_> = all.map(|(name, value)| (name.as_str(), text(value))).collect();
    all.sort();
    all
}
