//! A message that is given again to one endpoint alone: a queue, a function or a topic.

use aws_sdk_lambda::operation::RequestId as _;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as System};

use crate::cloud::explain;
use crate::operate::queue;
use crate::operate::running_stack::RunningStack;

/// What takes a message again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// The queue with this ARN.
    Queue(String),
    /// The function with this name or ARN, which may end with an alias or a version.
    Function(String),
    /// The topic with this ARN.
    Topic(String),
}

impl Endpoint {
    /// What is at `arn`.
    ///
    /// # Errors
    /// Why it cannot be reached.
    pub(super) fn at(running: &RunningStack, arn: &str) -> Result<Self, String> {
        let parts: Vec<_> = arn.splitn(6, ':').collect();
        let [_, _, service, region, account, _] = parts[..] else {
            return Err(format!("what `{arn}` is, is not known"));
        };
        if region != running.cloud.region || account != running.cloud.account {
            return Err(format!("`{arn}` is in another region or account"));
        }
        match service {
            "sqs" => Ok(Self::Queue(arn.to_owned())),
            "lambda" => Ok(Self::Function(arn.to_owned())),
            "sns" => Ok(Self::Topic(arn.to_owned())),
            _ => Err(format!("only queues, functions and topics are given something again, and `{arn}` is none")),
        }
    }

    /// The logical id of what it is, where that is of the stack; else its ARN.
    pub(super) fn label(&self, running: &RunningStack) -> String {
        let (Self::Queue(arn) | Self::Function(arn) | Self::Topic(arn)) = self;
        running.named(arn)
    }

    /// Gives it `content`, with the attributes and the group of `message` where it is a queue; the id of what was given.
    pub(super) async fn give(
        &self,
        running: &RunningStack,
        message: &Message,
        content: String,
    ) -> anyhow::Result<String> {
        let cloud = &running.cloud;
        match self {
            Self::Queue(arn) => {
                let url = queue::url_of(running, arn).await?;
                queue::send_on(cloud, &url, message, &content).await
            }
            Self::Function(name) => {
                // As it was invoked before: should it fail again, Lambda tries again and keeps the event.
                let call = cloud.lambda.invoke().function_name(name).invocation_type(InvocationType::Event);
                let answer = call.payload(Blob::new(content)).send().await.map_err(explain)?;
                Ok(answer.request_id().unwrap_or_default().to_owned())
            }
            Self::Topic(arn) => {
                let mut call = cloud.sns.publish().topic_arn(arn).message(content);
                if queue::is_fifo(arn) {
                    let group = queue::system(message, &System::MessageGroupId).unwrap_or("stackwright");
                    call = call
                        .message_group_id(group)
                        .message_deduplication_id(format!("redrive-{}", queue::id(message)));
                }
                Ok(call.send().await.map_err(explain)?.message_id.unwrap_or_default())
            }
        }
    }
}
