//! Bindings to event buses of EventBridge.

crate::binding! {
    /// An event bus, with the operations `A` granted on it. Its environment variable is the bus's name.
    pub struct EventBus(name);
    use aws_sdk_eventbridge telling Sent if (feature = "eventbridge");

    DescribeEventBus: "events:DescribeEventBus" => describe_event_bus() -> DescribeEventBusFluentBuilder { name: name() };
    PutEvents: "events:PutEvents" => put_events by hand;
}

#[cfg(feature = "eventbridge")]
pub use sent::Sent;

#[cfg(feature = "eventbridge")]
mod sent {
    use aws_sdk_eventbridge::operation::put_events::builders::PutEventsFluentBuilder;
    use aws_sdk_eventbridge::operation::put_events::{PutEventsInput, PutEventsOutput};
    use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use super::{EventBus, PutEvents};
    use crate::trace::Effects;
    use crate::{Grants, evidence};

    /// Tells of events that are sent.
    #[derive(Debug)]
    pub struct Sent;

    impl Effects for Sent {
        fn target(input: &Input) -> Option<String> {
            let entry = input.downcast_ref::<PutEventsInput>()?.entries().first()?;
            entry.event_bus_name().map(str::to_owned)
        }

        fn id(output: &Output, _: &HttpResponse) -> Option<String> {
            let output = output.downcast_ref::<PutEventsOutput>()?;
            Some(output.entries().iter().filter_map(PutEventsResultEntry::event_id).collect::<Vec<_>>().join(" "))
        }
    }

    impl<A> EventBus<A> {
        /// The SDK's `put_events` with `entries`, up to 10, each of which goes to this bus.
        ///
        /// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
        #[must_use]
        #[track_caller]
        pub fn put_events<P>(&self, entries: impl IntoIterator<Item = PutEventsRequestEntry>) -> PutEventsFluentBuilder
        where
            A: Grants<PutEvents, P>,
        {
            evidence::call::<Self, PutEvents>();
            let entries = entries.into_iter().map(|mut entry| {
                entry.event_bus_name = Some(self.name().to_owned());
                entry
            });
            self.client.get().put_events().set_entries(Some(entries.collect()))
        }
    }
}
