//! Bindings to SNS topics.

use crate::grants::{operation_types, operations};
use crate::resource::binding;

operation_types!(Publish, PublishBatch);

operations!(Topic<()>:
    Publish = "sns:Publish",
    PublishBatch = "sns:Publish",
);

binding!(
    /// A topic, with the operations `A` granted on it. Its environment variable is the topic's ARN.
    Topic,
    aws_sdk_sns::Client,
    "sns"
);

impl<A> Topic<A> {
    /// The topic's ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        self.resource.name()
    }
}

#[cfg(feature = "sns")]
pub(crate) use calls::EFFECTS;

#[cfg(feature = "sns")]
mod calls {
    use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
    use aws_sdk_sns::operation::publish::{PublishInput, PublishOutput};
    use aws_sdk_sns::operation::publish_batch::builders::PublishBatchFluentBuilder;
    use aws_sdk_sns::operation::publish_batch::{PublishBatchInput, PublishBatchOutput};
    use aws_sdk_sns::types::PublishBatchResultEntry;

    use super::{Publish, PublishBatch, Topic};
    use crate::evidence;
    use crate::grants::Grants;
    use crate::trace::Effects;

    pub(crate) const EFFECTS: Effects = Effects {
        target: |input| {
            let one = input.downcast_ref::<PublishInput>().map(PublishInput::topic_arn);
            let several = || input.downcast_ref::<PublishBatchInput>().map(PublishBatchInput::topic_arn);
            one.or_else(several).flatten().map(str::to_owned)
        },
        id: |output, _| {
            if let Some(output) = output.downcast_ref::<PublishOutput>() {
                return output.message_id().map(str::to_owned);
            }
            let several = output.downcast_ref::<PublishBatchOutput>()?;
            Some(
                several
                    .successful()
                    .iter()
                    .filter_map(PublishBatchResultEntry::message_id)
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        },
    };

    impl<A> Topic<A> {
        /// The SDK's `publish` to this topic.
        #[must_use]
        #[track_caller]
        pub fn publish<P>(&self) -> PublishFluentBuilder
        where
            A: Grants<Publish, P>,
        {
            evidence::call::<Self, Publish>();
            self.client.get().publish().topic_arn(self.arn())
        }

        /// The SDK's `publish_batch` to this topic.
        #[must_use]
        #[track_caller]
        pub fn publish_batch<P>(&self) -> PublishBatchFluentBuilder
        where
            A: Grants<PublishBatch, P>,
        {
            evidence::call::<Self, PublishBatch>();
            self.client.get().publish_batch().topic_arn(self.arn())
        }
    }
}
