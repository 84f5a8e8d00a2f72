//! The messages of a queue as lines of JSON.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
};
use aws_smithy_types::base64;
use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use crate::cloud::{Cloud, explain};
use crate::failure::Failure;

const FILE: &str = "messages.jsonl";

/// How often a queue must give nothing before it is taken to be empty: a short poll asks only some of SQS's hosts.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html>
const EMPTY_ANSWERS: u32 = 2;

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deduplication: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, Attribute>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Attribute {
    data_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// In Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    binary: Option<String>,
}

/// Moves all messages to `folder`; how many there were. A message is deleted once it is safe in the file: a FIFO queue
/// gives the next ones of a group only then.
///
/// # Errors
/// When messages are with a consumer that may still give them back.
pub(super) async fn back_up(cloud: &Cloud, queue: &str, folder: &Path) -> anyhow::Result<u64> {
    require_none_in_flight(cloud, queue).await?;
    let mut file = File::create(folder.join(FILE)).await?;
    let (mut count, mut empty_answers) = (0, 0);
    while empty_answers < EMPTY_ANSWERS {
        let call = cloud.sqs.receive_message().queue_url(queue).max_number_of_messages(10).wait_time_seconds(1);
        let call = call.message_attribute_names("All").message_system_attribute_names(MessageSystemAttributeName::All);
        let messages = call.send().await.map_err(explain)?.messages.unwrap_or_default();
        if messages.is_empty() {
            empty_answers += 1;
            continue;
        }
        empty_answers = 0;
        for message in &messages {
            file.write_all(format!("{}\n", serde_json::to_string(&Line::of(message))?).as_bytes()).await?;
        }
        file.sync_all().await?;
        count += messages.len() as u64;
        delete(cloud, queue, &messages).await?;
    }
    require_none_in_flight(cloud, queue).await?;
    Ok(count)
}

async fn delete(cloud: &Cloud, queue: &str, messages: &[Message]) -> anyhow::Result<()> {
    let mut call = cloud.sqs.delete_message_batch().queue_url(queue);
    for (index, message) in messages.iter().enumerate() {
        let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
        call = call.entries(entry.set_receipt_handle(message.receipt_handle.clone()).build()?);
    }
    let answer = call.send().await.map_err(explain)?;
    match answer.failed().first() {
        None => Ok(()),
        Some(failed) => {
            let why = failed.message().unwrap_or(failed.code());
            Err(Failure::new(format!("a message of `{queue}` is in the backup and could not be deleted: {why}")).into())
        }
    }
}

async fn require_none_in_flight(cloud: &Cloud, queue: &str) -> anyhow::Result<()> {
    let name = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
    let call = cloud.sqs.get_queue_attributes().queue_url(queue).attribute_names(name.clone());
    let answer = call.send().await.map_err(explain)?;
    let count = answer.attributes().and_then(|it| it.get(&name)).map_or("0", String::as_str);
    if count == "0" {
        return Ok(());
    }
    Err(Failure::new(format!("{count} messages of `{queue}` are with a consumer and cannot be backed up"))
        .help("run the same command again, with another folder, when they were handled or have come back")
        .help("`restore DIR` brings back what was moved to the folder before")
        .into())
}

/// Sends the messages of `folder` to a queue, in their order; how many there were.
pub(super) async fn restore(cloud: &Cloud, queue: &str, folder: &Path) -> anyhow::Result<u64> {
    let path = folder.join(FILE);
    let mut lines = BufReader::new(File::open(&path).await?).lines();
    let mut count = 0_u64;
    while let Some(line) = lines.next_line().await? {
        count += 1;
        let line: Line =
            serde_json::from_str(&line).with_context(|| format!("`{}`, line {count}: no message", path.display()))?;
        let mut call = cloud.sqs.send_message().queue_url(queue).message_body(line.body);
        call = call.set_message_group_id(line.group).set_message_deduplication_id(line.deduplication);
        for (name, attribute) in line.attributes {
            call = call.message_attributes(name, attribute.value()?);
        }
        call.send().await.map_err(explain)?;
    }
    Ok(count)
}

impl Line {
    fn of(message: &Message) -> Self {
        let system = |name: MessageSystemAttributeName| message.attributes.as_ref()?.get(&name).cloned();
        let attributes = message.message_attributes.iter().flatten();
        Self {
            body: message.body.clone().unwrap_or_default(),
            group: system(MessageSystemAttributeName::MessageGroupId),
            deduplication: system(MessageSystemAttributeName::MessageDeduplicationId),
            attributes: attributes.map(|(name, value)| (name.clone(), Attribute::of(value))).collect(),
        }
    }
}

impl Attribute {
    fn of(value: &MessageAttributeValue) -> Self {
        Self {
            data_type: value.data_type().to_owned(),
            text: value.string_value.clone(),
            binary: value.binary_value.as_ref().map(base64::encode),
        }
    }

    fn value(self) -> anyhow::Result<MessageAttributeValue> {
        let binary = self.binary.map(|text| base64::decode(text).map(Blob::new)).transpose()?;
        let value = MessageAttributeValue::builder().data_type(self.data_type);
        Ok(value.set_string_value(self.text).set_binary_value(binary).build()?)
    }
}
