//! Bindings to SNS topics.

crate::binding! {
    /// A topic, with the operations `A` granted on it. Its environment variable is the topic's ARN.
    ///
    /// `Topic<Publish, Order>` publishes nothing but values of the type `Order`.
    pub struct Topic(arn) of M;
    use aws_sdk_sns telling Sent if (feature = "sns");

    GetTopicAttributes: "sns:GetTopicAttributes" =>
        get_topic_attributes() -> GetTopicAttributesFluentBuilder { topic_arn: arn() };
    ListSubscriptionsByTopic: "sns:ListSubscriptionsByTopic" =>
        list_subscriptions_by_topic() -> ListSubscriptionsByTopicFluentBuilder { topic_arn: arn() };
    Publish: "sns:Publish" => publish() -> PublishFluentBuilder { topic_arn: arn() } of any M;
    PublishBatch: "sns:Publish" => publish_batch() -> PublishBatchFluentBuilder { topic_arn: arn() } of any M;
    Subscribe: "sns:Subscribe" => subscribe() -> SubscribeFluentBuilder { topic_arn: arn() };
}

#[cfg(feature = "sns")]
crate::evidence::ways!(PublishMessage of Publish, PublishMessages of PublishBatch);

#[cfg(feature = "sns")]
pub use sent::Sent;

#[cfg(feature = "sns")]
mod sent {
    use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
    use aws_sdk_sns::operation::publish::{PublishInput, PublishOutput};
    use aws_sdk_sns::operation::publish_batch::builders::PublishBatchFluentBuilder;
    use aws_sdk_sns::operation::publish_batch::{PublishBatchInput, PublishBatchOutput};
    use aws_sdk_sns::types::PublishBatchResultEntry;
    use aws_sdk_sns::types::builders::PublishBatchRequestEntryBuilder;
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use super::{Publish, PublishBatch, PublishMessage, PublishMessages, Topic};
    use crate::message::{BatchError, Message, text};
    use crate::trace::{Effects, parameter};
    use crate::{Grants, evidence};

    /// Tells of messages that are published.
    #[derive(Debug)]
    pub struct Sent;

    impl Effects for Sent {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; PublishInput: topic_arn, PublishBatchInput: topic_arn)
        }

        fn id(output: &Output, _: &HttpResponse) -> Option<String> {
            if let Some(output) = output.downcast_ref::<PublishOutput>() {
                return output.message_id().map(str::to_owned);
            }
            let several = output.downcast_ref::<PublishBatchOutput>()?;
            let ids = several.successful().iter().filter_map(PublishBatchResultEntry::message_id);
            Some(ids.collect::<Vec<_>>().join(" "))
        }
    }

    impl<A, M> Topic<A, M> {
        /// The SDK's `publish` of `message` as JSON to this topic.
        ///
        /// # Errors
        /// When the value cannot be written as JSON, such as a map whose keys are no texts.
        #[track_caller]
        pub fn publish_message<P>(&self, message: &M) -> serde_json::Result<PublishFluentBuilder>
        where
            A: Grants<Publish, P>,
            M: Message,
        {
            evidence::call::<Self, PublishMessage>();
            Ok(self.client.get().publish().topic_arn(self.arn()).message(text(message)?))
        }

        /// The SDK's `publish_batch` of up to 10 messages as JSON to this topic, each in an entry with its id in the batch,
        /// and what else SNS shall know of it, such as its group. Together they have up to 256 KiB.
        ///
        /// <https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html>
        ///
        /// # Errors
        /// When a value cannot be written as JSON, or an entry has no id.
        #[track_caller]
        pub fn publish_messages<'a, P>(
            &self,
            entries: impl IntoIterator<Item = (PublishBatchRequestEntryBuilder, &'a M)>,
        ) -> Result<PublishBatchFluentBuilder, BatchError>
        where
            A: Grants<PublishBatch, P>,
            M: Message + 'a,
        {
            evidence::call::<Self, PublishMessages>();
            let entries = entries.into_iter().map(|(entry, message)| Ok(entry.message(text(message)?).build()?));
            let entries = entries.collect::<Result<Vec<_>, BatchError>>()?;
            let call = self.client.get().publish_batch().topic_arn(self.arn());
            Ok(call.set_publish_batch_request_entries(Some(entries)))
        }
    }
}
