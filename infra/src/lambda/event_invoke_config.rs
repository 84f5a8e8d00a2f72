//! What becomes of asynchronous invocations.

use serde::{Serialize, Serializer};

use super::Invocable;
use crate::eventbridge::EventBus;
use crate::reference::{Ref, Resource};
use crate::sns::StandardTopic;
use crate::sqs::StandardQueue;
use crate::units::{Integer, Seconds};
use crate::value::{Intrinsic, Value};

/// How often a function's asynchronous invocations are tried, and who is told of their end.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html>
#[derive(Debug, Clone)]
pub struct EventInvokeConfig {
    /// The function or alias. Changing it replaces the configuration. What an alias does not say is not taken of its function.
    pub function: Invocable,
    /// How old an event may get before it is given up, 60 to 21,600 s. Lambda's default is 6 hours.
    pub maximum_event_age: Option<Seconds<60, 21_600>>,
    /// How often an event is tried again whose invocation failed, 0 to 2 times. Lambda's default is 2.
    pub maximum_retry_attempts: Option<Integer<0, 2>>,
    /// Who gets the event that was given up, with why. The function's role must be allowed to send it.
    pub on_failure: Option<Destination>,
    /// Who gets the answer to each event. The function's role must be allowed to send it.
    pub on_success: Option<Destination>,
}

/// Who is told of the end of an asynchronous invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// A queue.
    Queue(Ref<StandardQueue>),
    /// A topic.
    Topic(Ref<StandardTopic>),
    /// Another function, or an alias of one, invoked asynchronously.
    Function(Invocable),
    /// An event bus.
    EventBus(Ref<EventBus>),
}

impl Destination {
    fn arn(self) -> Intrinsic {
        match self {
            Self::Queue(queue) => queue.arn(),
            Self::Topic(topic) => topic.arn(),
            Self::Function(function) => function.arn(),
            Self::EventBus(bus) => bus.arn(),
        }
    }
}

impl Serialize for EventInvokeConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct To {
            destination: Intrinsic,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct DestinationConfig {
            on_failure: Option<To>,
            on_success: Option<To>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            function_name: Value,
            qualifier: Value,
            maximum_event_age_in_seconds: Option<Seconds<60, 21_600>>,
            maximum_retry_attempts: Option<Integer<0, 2>>,
            destination_config: DestinationConfig,
        }
        let to = |destination: Option<Destination>| destination.map(|it| To { destination: it.arn() });
        Wire {
            function_name: self.function.function_name(),
            qualifier: self.function.qualifier().unwrap_or_else(|| "$LATEST".into()),
            maximum_event_age_in_seconds: self.maximum_event_age,
            maximum_retry_attempts: self.maximum_retry_attempts,
            destination_config: DestinationConfig { on_failure: to(self.on_failure), on_success: to(self.on_success) },
        }
        .serialize(serializer)
    }
}

impl Resource for EventInvokeConfig {
    const TYPE: &'static str = "AWS::Lambda::EventInvokeConfig";
}
