//! Bindings to SQS queues.

crate::binding! {
    /// A queue, with the operations `A` granted on it. Its environment variable is the queue's URL.
    ///
    /// `Queue<SendMessage, Order>` sends nothing but values of the type `Order`.
    pub struct Queue(url) of M;
    use aws_sdk_sqs telling Sent if (feature = "sqs");

    ChangeMessageVisibility: "sqs:ChangeMessageVisibility" =>
        change_message_visibility() -> ChangeMessageVisibilityFluentBuilder { queue_url: url() };
    ChangeMessageVisibilityBatch: "sqs:ChangeMessageVisibility" =>
        change_message_visibility_batch() -> ChangeMessageVisibilityBatchFluentBuilder { queue_url: url() };
    DeleteMessage: "sqs:DeleteMessage" => delete_message() -> DeleteMessageFluentBuilder { queue_url: url() };
    DeleteMessageBatch: "sqs:DeleteMessage" =>
        delete_message_batch() -> DeleteMessageBatchFluentBuilder { queue_url: url() };
    GetQueueAttributes: "sqs:GetQueueAttributes" =>
        get_queue_attributes() -> GetQueueAttributesFluentBuilder { queue_url: url() };
    PurgeQueue: "sqs:PurgeQueue" => purge_queue() -> PurgeQueueFluentBuilder { queue_url: url() };
    ReceiveMessage: "sqs:ReceiveMessage" => receive_message() -> ReceiveMessageFluentBuilder { queue_url: url() };
    SendMessage: "sqs:SendMessage" => send_message() -> SendMessageFluentBuilder { queue_url: url() } of any M;
    SendMessageBatch: "sqs:SendMessage" =>
        send_message_batch() -> SendMessageBatchFluentBuilder { queue_url: url() } of any M;
}

#[cfg(feature = "sqs")]
crate::evidence::ways!(Send of SendMessage, SendBatch of SendMessageBatch);

#[cfg(feature = "sqs")]
mod typed;

#[cfg(feature = "sqs")]
pub use sent::Sent;

#[cfg(feature = "sqs")]
mod sent {
    use aws_sdk_sqs::operation::send_message::{SendMessageInput, SendMessageOutput};
    use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatchInput, SendMessageBatchOutput};
    use aws_sdk_sqs::types::SendMessageBatchResultEntry;
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use crate::trace::{Effects, parameter};

    /// Tells of messages that are sent.
    #[derive(Debug)]
    pub struct Sent;

    impl Effects for Sent {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; SendMessageInput: queue_url, SendMessageBatchInput: queue_url)
        }

        fn id(output: &Output, _: &HttpResponse) -> Option<String> {
            if let Some(output) = output.downcast_ref::<SendMessageOutput>() {
                return output.message_id().map(str::to_owned);
            }
            let several = output.downcast_ref::<SendMessageBatchOutput>()?;
            Some(several.successful().iter().map(SendMessageBatchResultEntry::message_id).collect::<Vec<_>>().join(" "))
        }
    }
}
