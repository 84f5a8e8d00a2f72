//! Bindings to SQS queues.

use crate::grants::{operation_types, operations};
use crate::resource::binding;

operation_types!(GetQueueAttributes, SendMessage, SendMessageBatch);

operations!(Queue<()>:
    GetQueueAttributes = "sqs:GetQueueAttributes",
    SendMessage = "sqs:SendMessage",
    SendMessageBatch = "sqs:SendMessage",
);

binding!(
    /// A queue, with the operations `A` granted on it. Its environment variable is the queue's URL.
    Queue,
    aws_sdk_sqs::Client,
    "sqs"
);

impl<A> Queue<A> {
    /// The queue's URL.
    #[must_use]
    pub fn url(&self) -> &str {
        self.resource.name()
    }
}

#[cfg(feature = "sqs")]
pub(crate) use calls::EFFECTS;

#[cfg(feature = "sqs")]
mod calls {
    use aws_sdk_sqs::operation::get_queue_attributes::builders::GetQueueAttributesFluentBuilder;
    use aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder;
    use aws_sdk_sqs::operation::send_message::{SendMessageInput, SendMessageOutput};
    use aws_sdk_sqs::operation::send_message_batch::builders::SendMessageBatchFluentBuilder;
    use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatchInput, SendMessageBatchOutput};
    use aws_sdk_sqs::types::SendMessageBatchResultEntry;

    use super::{GetQueueAttributes, Queue, SendMessage, SendMessageBatch};
    use crate::evidence;
    use crate::grants::Grants;
    use crate::trace::Effects;

    pub(crate) const EFFECTS: Effects = Effects {
        target: |input| {
            let one = input.downcast_ref::<SendMessageInput>().map(SendMessageInput::queue_url);
            let several = || input.downcast_ref::<SendMessageBatchInput>().map(SendMessageBatchInput::queue_url);
            one.or_else(several).flatten().map(str::to_owned)
        },
        id: |output, _| {
            if let Some(output) = output.downcast_ref::<SendMessageOutput>() {
                return output.message_id().map(str::to_owned);
            }
            let several = output.downcast_ref::<SendMessageBatchOutput>()?;
            Some(several.successful().iter().map(SendMessageBatchResultEntry::message_id).collect::<Vec<_>>().join(" "))
        },
    };

    impl<A> Queue<A> {
        /// The SDK's `get_queue_attributes` on this queue.
        #[must_use]
        #[track_caller]
        pub fn get_queue_attributes<P>(&self) -> GetQueueAttributesFluentBuilder
        where
            A: Grants<GetQueueAttributes, P>,
        {
            evidence::call::<Self, GetQueueAttributes>();
            self.client.get().get_queue_attributes().queue_url(self.url())
        }

        /// The SDK's `send_message` to this queue.
        #[must_use]
        #[track_caller]
        pub fn send_message<P>(&self) -> SendMessageFluentBuilder
        where
            A: Grants<SendMessage, P>,
        {
            evidence::call::<Self, SendMessage>();
            self.client.get().send_message().queue_url(self.url())
        }

        /// The SDK's `send_message_batch` to this queue.
        #[must_use]
        #[track_caller]
        pub fn send_message_batch<P>(&self) -> SendMessageBatchFluentBuilder
        where
            A: Grants<SendMessageBatch, P>,
        {
            evidence::call::<Self, SendMessageBatch>();
            self.client.get().send_message_batch().queue_url(self.url())
        }
    }
}
