//! Amazon SQS: queues and who else may use them.

use serde::{Serialize, Serializer};

use crate::check::Check;
use crate::iam::{PolicyDocument, check_resource_policy};
use crate::reference::{HasArn, Ref, Resource};
use crate::units::{Integer, Seconds};
use crate::value::Value;

/// A standard queue: at least once, in about the order sent.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StandardQueue {
    /// 1 to 80 letters, digits, hyphens and underscores. Changing it replaces the queue.
    pub queue_name: Option<Value>,
    /// How long each message stays invisible to receivers, 0 to 900 s. SQS's default is 0.
    pub delay_seconds: Option<Seconds<0, 900>>,
    /// 1,024 to 1,048,576 bytes. SQS's default is 1,048,576.
    pub maximum_message_size: Option<Integer<1_024, 1_048_576>>,
    /// How long a message is kept, 60 to 1,209,600 s (14 days). SQS's default is 4 days.
    pub message_retention_period: Option<MessageRetention>,
    /// How long a receive call waits for a message, 0 to 20 s. SQS's default is 0.
    pub receive_message_wait_time_seconds: Option<Seconds<0, 20>>,
    /// How long a received message is hidden from others, 0 to 43,200 s. SQS's default is 30.
    pub visibility_timeout: Option<VisibilityTimeout>,
    /// Where messages go that were received too often.
    pub redrive_policy: Option<RedrivePolicy<StandardQueue>>,
    /// For which queues it may be the dead-letter queue. SQS's default is all of the account and region.
    pub redrive_allow_policy: Option<RedriveAllowPolicy>,
    /// The customer-managed key that encrypts the messages. Without it SQS uses its own.
    pub kms_master_key_id: Option<Value>,
}

/// A first-in-first-out queue: exactly once, in order within a message group.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FifoQueue {
    /// Up to 80 letters, digits, hyphens and underscores, ending in `.fifo`. Changing it replaces the queue.
    pub queue_name: Option<Value>,
    /// Uses the hash of a message's body as its deduplication id when the sender gives none.
    pub content_based_deduplication: bool,
    /// Whether duplicates are dropped within the queue or within each message group. SQS's default is the queue.
    pub deduplication_scope: Option<DeduplicationScope>,
    /// Whether throughput is limited for the queue or for each message group. SQS's default is the queue.
    pub fifo_throughput_limit: Option<FifoThroughputLimit>,
    /// How long each message stays invisible to receivers, 0 to 900 s. SQS's default is 0.
    pub delay_seconds: Option<Seconds<0, 900>>,
    /// 1,024 to 1,048,576 bytes. SQS's default is 1,048,576.
    pub maximum_message_size: Option<Integer<1_024, 1_048_576>>,
    /// How long a message is kept, 60 to 1,209,600 s (14 days). SQS's default is 4 days.
    pub message_retention_period: Option<MessageRetention>,
    /// How long a receive call waits for a message, 0 to 20 s. SQS's default is 0.
    pub receive_message_wait_time_seconds: Option<Seconds<0, 20>>,
    /// How long a received message is hidden from others, 0 to 43,200 s. SQS's default is 30.
    pub visibility_timeout: Option<VisibilityTimeout>,
    /// Where messages go that were received too often.
    pub redrive_policy: Option<RedrivePolicy<FifoQueue>>,
    /// For which queues it may be the dead-letter queue. SQS's default is all of the account and region.
    pub redrive_allow_policy: Option<RedriveAllowPolicy>,
    /// The customer-managed key that encrypts the messages. Without it SQS uses its own.
    pub kms_master_key_id: Option<Value>,
}

/// Where SQS drops duplicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DeduplicationScope {
    /// In the whole queue.
    Queue,
    /// In each message group on its own, which high throughput needs.
    MessageGroup,
}

/// What the limit on throughput counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FifoThroughputLimit {
    /// All messages of the queue.
    PerQueue,
    /// The messages of one message group; needs [`DeduplicationScope::MessageGroup`].
    PerMessageGroupId,
}

/// Where messages go that were received too often. The dead-letter queue is of the same kind as its source.
#[derive(Debug, Clone, Copy)]
pub struct RedrivePolicy<Q> {
    /// The dead-letter queue.
    pub dead_letter_target: Ref<Q>,
    /// How often a message is received before it goes there, 1 to 1,000.
    pub max_receive_count: Integer<1, 1_000>,
}

impl<Q: Queue> Serialize for RedrivePolicy<Q> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            dead_letter_target_arn: crate::value::Intrinsic,
            max_receive_count: Integer<1, 1_000>,
        }
        Wire { dead_letter_target_arn: self.dead_letter_target.arn(), max_receive_count: self.max_receive_count }
            .serialize(serializer)
    }
}

/// For which queues a queue may be the dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "redrivePermission", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RedriveAllowPolicy {
    /// All queues of the account and region.
    AllowAll,
    /// None.
    DenyAll,
    /// Up to 10 queues. A source of the same stack would make a cycle, since it refers to its dead-letter queue.
    ByQueue {
        /// Their ARNs.
        source_queue_arns: Vec<Value>,
    },
}

/// How long a message is kept.
pub type MessageRetention = Seconds<60, 1_209_600>;

/// How long a received message is hidden from others.
pub type VisibilityTimeout = Seconds<0, 43_200>;

/// A queue of either kind, for what does not depend on the kind.
pub trait Queue: HasArn {
    /// How long a received message is hidden from others.
    fn visibility_timeout(&self) -> VisibilityTimeout;
    /// Whether the queue keeps the order within a message group.
    fn is_fifo() -> bool;
}

#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "SQS knows exactly this suffix")]
fn is_fifo_name(name: &str) -> bool {
    name.ends_with(".fifo")
}

/// SQS's default for `VisibilityTimeout`.
const DEFAULT_VISIBILITY_TIMEOUT: VisibilityTimeout = Seconds::of::<30>();

impl Resource for StandardQueue {
    const TYPE: &'static str = "AWS::SQS::Queue";

    fn check(&self, check: &mut Check<'_>) {
        if let Some(name) = self.queue_name.as_ref().and_then(Value::literal)
            && is_fifo_name(name)
        {
            check.error("queue-name", format!("`{name}` ends in `.fifo`, which only a FIFO queue's name does"));
        }
    }
}

impl HasArn for StandardQueue {}

impl Queue for StandardQueue {
    fn visibility_timeout(&self) -> VisibilityTimeout {
        self.visibility_timeout.unwrap_or(DEFAULT_VISIBILITY_TIMEOUT)
    }

    fn is_fifo() -> bool {
        false
    }
}

impl Resource for FifoQueue {
    const TYPE: &'static str = "AWS::SQS::Queue";

    fn discriminator() -> &'static [(&'static str, bool)] {
        &[("FifoQueue", true)]
    }

    fn check(&self, check: &mut Check<'_>) {
        if let Some(name) = self.queue_name.as_ref().and_then(Value::literal)
            && !is_fifo_name(name)
        {
            check
                .error("queue-name", format!("the FIFO queue's name `{name}` does not end in `.fifo`"))
                .help(format!("name it `{name}.fifo`"));
        }
        if self.fifo_throughput_limit == Some(FifoThroughputLimit::PerMessageGroupId)
            && self.deduplication_scope != Some(DeduplicationScope::MessageGroup)
        {
            check
                .error("fifo-throughput", "a throughput limit per message group needs deduplication per message group")
                .help("set `deduplication_scope: Some(DeduplicationScope::MessageGroup)`");
        }
    }
}

impl HasArn for FifoQueue {}

impl Queue for FifoQueue {
    fn visibility_timeout(&self) -> VisibilityTimeout {
        self.visibility_timeout.unwrap_or(DEFAULT_VISIBILITY_TIMEOUT)
    }

    fn is_fifo() -> bool {
        true
    }
}

/// Who besides the account's own principals may use queues.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueuePolicy<Q> {
    /// The queues it is attached to.
    pub queues: Vec<Ref<Q>>,
    /// The policy; each statement names its principal.
    pub policy_document: PolicyDocument,
}

impl<Q: Queue> Resource for QueuePolicy<Q> {
    const TYPE: &'static str = "AWS::SQS::QueuePolicy";

    fn check(&self, check: &mut Check<'_>) {
        check_resource_policy(&self.policy_document, check);
    }
}
