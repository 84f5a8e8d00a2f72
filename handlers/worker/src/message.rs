//! A message that SQS has hidden from all others for this worker.

use std::cell::Cell;
use std::time::Duration;

use aws_sdk_sqs::types::{Message as Received, MessageSystemAttributeName};
use tokio::time::Instant;

/// A message that was received, and until when it is this worker's alone.
#[derive(Debug)]
pub(crate) struct Message {
    /// As SQS gave it.
    pub(crate) received: Received,
    /// What SQS calls it; the same in each delivery.
    pub(crate) id: String,
    /// What this delivery is called in calls about the message.
    pub(crate) receipt: String,
    pub(crate) received_at: Instant,
    /// When SQS gives it to others.
    pub(crate) hidden_until: Cell<Instant>,
    /// When it is next asked to be hidden for longer; `None` when it cannot be any more.
    pub(crate) extend_at: Cell<Option<Instant>>,
}

impl Message {
    /// A message that was received just now, and is hidden for `visibility`. `None` without what calls about it need,
    /// which SQS always gives.
    pub(crate) fn new(received: Received, visibility: Duration) -> Option<Self> {
        let now = Instant::now();
        Some(Self {
            id: received.message_id()?.to_owned(),
            receipt: received.receipt_handle()?.to_owned(),
            received,
            received_at: now,
            hidden_until: Cell::new(now + visibility),
            extend_at: Cell::new(Some(now + visibility / 2)),
        })
    }

    /// The message group.
    pub(crate) fn group(&self) -> Option<&str> {
        self.received.attributes()?.get(&MessageSystemAttributeName::MessageGroupId).map(String::as_str)
    }

    /// Roughly how many bytes it has, as far as these are many.
    pub(crate) fn size(&self) -> usize {
        let attributes = self.received.message_attributes().into_iter().flatten();
        let attributes = attributes.map(|(name, value)| {
            let binary = value.binary_value().map_or(0, |it| it.as_ref().len());
            name.len() + value.string_value().map_or(0, str::len) + binary
        });
        self.received.body().map_or(0, str::len) + attributes.sum::<usize>()
    }

    /// Whether it is still this worker's, as far as is known here.
    pub(crate) fn is_held(&self) -> bool {
        self.hidden_until.get() > Instant::now()
    }
}
