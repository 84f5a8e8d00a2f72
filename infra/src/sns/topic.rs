//! Topics.

use serde::Serialize;

use crate::check::Check;
use crate::reference::{HasArn, LogicalId, Resource};
use crate::sqs::{FifoQueue, Queue, StandardQueue};
use crate::value::{Intrinsic, Value};

/// A standard topic: every subscriber gets each message at least once, in about the order published.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StandardTopic {
    /// 1 to 256 letters, digits, hyphens and underscores. Changing it replaces the topic.
    pub topic_name: Option<Value>,
    /// Up to 100 characters, shown in text messages and e-mail.
    pub display_name: Option<String>,
    /// The key of KMS that encrypts the messages, such as `alias/aws/sns`.
    pub kms_master_key_id: Option<Value>,
}

/// A first-in-first-out topic: every subscriber gets each message once, in order within a message group.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FifoTopic {
    /// Up to 256 letters, digits, hyphens and underscores, ending in `.fifo`. Changing it replaces the topic.
    pub topic_name: Option<Value>,
    /// Uses the hash of a message's body as its deduplication id when the publisher gives none.
    pub content_based_deduplication: bool,
    /// Whether duplicates are dropped, and throughput limited, in the topic or in each message group. SNS's default is
    /// the topic.
    pub fifo_throughput_scope: Option<FifoThroughputScope>,
    /// The key of KMS that encrypts the messages, such as `alias/aws/sns`.
    pub kms_master_key_id: Option<Value>,
}

/// Where a FIFO topic drops duplicates and limits throughput.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum FifoThroughputScope {
    /// In the whole topic.
    Topic,
    /// In each message group on its own.
    MessageGroup,
}

/// A topic of either kind, for what does not depend on the kind.
pub trait Topic: HasArn {}

/// A topic that can deliver to queues of the kind `Q`: a FIFO topic to both kinds, a standard topic to standard queues.
///
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-fifo-topics.html>
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot deliver to `{Q}`",
    label = "SNS delivers to a FIFO queue from a FIFO topic only"
)]
pub trait DeliversTo<Q: Queue>: Topic {}

impl Resource for StandardTopic {
    const TYPE: &'static str = "AWS::SNS::Topic";

    fn check(&self, check: &mut Check<'_>) {
        if let Some(name) = self.topic_name.as_ref().and_then(Value::literal)
            && is_fifo_name(name)
        {
            check.error("topic-name", format!("`{name}` ends in `.fifo`, which only a FIFO topic's name does"));
        }
    }
}

impl Resource for FifoTopic {
    const TYPE: &'static str = "AWS::SNS::Topic";

    fn discriminator() -> &'static [(&'static str, bool)] {
        &[("FifoTopic", true)]
    }

    fn check(&self, check: &mut Check<'_>) {
        if let Some(name) = self.topic_name.as_ref().and_then(Value::literal)
            && !is_fifo_name(name)
        {
            check
                .error("topic-name", format!("the FIFO topic's name `{name}` does not end in `.fifo`"))
                .help(format!("name it `{name}.fifo`"));
        }
    }
}

#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "SNS knows exactly this suffix")]
fn is_fifo_name(name: &str) -> bool {
    name.ends_with(".fifo")
}

impl HasArn for StandardTopic {
    fn arn(id: LogicalId) -> Intrinsic {
        Intrinsic::Ref(id)
    }
}

impl HasArn for FifoTopic {
    fn arn(id: LogicalId) -> Intrinsic {
        Intrinsic::Ref(id)
    }
}

impl Topic for StandardTopic {}
impl Topic for FifoTopic {}
impl DeliversTo<StandardQueue> for StandardTopic {}
impl DeliversTo<StandardQueue> for FifoTopic {}
impl DeliversTo<FifoQueue> for FifoTopic {}
