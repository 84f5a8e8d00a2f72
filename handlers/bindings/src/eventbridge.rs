//! Bindings to event buses of EventBridge.

use crate::grants::{operation_types, operations};
use crate::resource::binding;

operation_types!(PutEvents);

operations!(EventBus<()>:
    PutEvents = "events:PutEvents",
);

binding!(
    /// An event bus, with the operations `A` granted on it. Its environment variable is the bus's name.
    EventBus,
    aws_sdk_eventbridge::Client,
    "eventbridge"
);

impl<A> EventBus<A> {
    /// The bus's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.resource.name()
    }
}

#[cfg(feature = "eventbridge")]
pub(crate) use calls::EFFECTS;

#[cfg(feature = "eventbridge")]
mod calls {
    use aws_sdk_eventbridge::operation::put_events::builders::PutEventsFluentBuilder;
    use aws_sdk_eventbridge::operation::put_events::{PutEventsInput, PutEventsOutput};
    use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};

    use super::{EventBus, PutEvents};
    use crate::evidence;
    use crate::grants::Grants;
    use crate::trace::Effects;

    pub(crate) const EFFECTS: Effects = Effects {
        target: |input| {
            let entry = input.downcast_ref::<PutEventsInput>()?.entries().first()?;
            entry.event_bus_name().map(str::to_owned)
        },
        id: |output, _| {
            let output = output.downcast_ref::<PutEventsOutput>()?;
            Some(output.entries().iter().filter_map(PutEventsResultEntry::event_id).collect::<Vec<_>>().join(" "))
        },
    };

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
