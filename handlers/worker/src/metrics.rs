//! What a worker counts, for Prometheus.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::failure::Kind;
use crate::queue::Queue;

/// Seconds: from what one message takes to what Lambda would allow.
const DURATIONS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 900.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfQueue {
    queue: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    queue: String,
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    queue: String,
    outcome: &'static str,
}

type ByQueue = Family<OfQueue, Counter>;

/// The metrics of a worker, by queue.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Arc<Registry>,
    received: ByQueue,
    processed: ByQueue,
    returned: ByQueue,
    released: ByQueue,
    batches: Family<OfOutcome, Counter>,
    durations: Family<OfQueue, Histogram, fn() -> Histogram>,
    in_flight: Family<OfQueue, Gauge>,
    receive_errors: Family<OfKind, Counter>,
    deletion_errors: ByQueue,
    extension_errors: ByQueue,
}

/// A batch that is at work until this is dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// All counters of `queues` at zero: one that has not counted yet is not taken for one that is missing.
    pub(crate) fn new(queues: &[Queue]) -> Self {
        let mut registry = Registry::with_prefix("worker");
        let mut counter = |name: &str, help: &str| {
            let family = ByQueue::default();
            registry.register(name, help, family.clone());
            family
        };
        let received = counter("messages_received", "Messages that SQS handed out");
        let processed = counter("messages_processed", "Messages that were processed and deleted");
        let returned =
            counter("messages_returned", "Messages that failed, and come back after their visibility timeout");
        let released = counter("messages_released", "Messages that were given back when the worker ended");
        let deletion_errors = counter("deletion_errors", "Calls that deleted not all of their messages");
        let extension_errors = counter("extension_errors", "Messages that could not be hidden for longer");
        let batches = Family::default();
        registry.register("batches", "Batches that ended", batches.clone());
        let durations = Family::new_with_constructor((|| Histogram::new(DURATIONS)) as fn() -> Histogram);
        registry.register_with_unit("batch_duration", "How long batches took", Unit::Seconds, durations.clone());
        let in_flight = Family::default();
        registry.register("batches_in_flight", "Batches at work", in_flight.clone());
        let receive_errors = Family::default();
        registry.register("receive_errors", "Calls for messages that failed", receive_errors.clone());
        let metrics = Self {
            registry: Arc::new(registry),
            received,
            processed,
            returned,
            released,
            batches,
            durations,
            in_flight,
            receive_errors,
            deletion_errors,
            extension_errors,
        };
        for queue in queues {
            let counters = [&metrics.received, &metrics.processed, &metrics.returned, &metrics.released];
            for counter in counters.into_iter().chain([&metrics.deletion_errors, &metrics.extension_errors]) {
                add(counter, queue, 0);
            }
            let _ = metrics.in_flight.get_or_create(&of(queue));
        }
        metrics
    }

    pub(crate) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
    }

    pub(crate) fn received(&self, queue: &Queue, messages: usize) {
        add(&self.received, queue, messages);
    }

    pub(crate) fn released(&self, queue: &Queue, messages: usize) {
        add(&self.released, queue, messages);
    }

    pub(crate) fn receive_failed(&self, queue: &Queue, kind: Kind) {
        self.receive_errors.get_or_create(&OfKind { queue: queue.name().to_owned(), kind: kind.name() }).inc();
    }

    pub(crate) fn deletion_failed(&self, queue: &Queue) {
        add(&self.deletion_errors, queue, 1);
    }

    pub(crate) fn extension_failed(&self, queue: &Queue) {
        add(&self.extension_errors, queue, 1);
    }

    pub(crate) fn begun(&self, queue: &Queue) -> InFlight {
        let gauge = self.in_flight.get_or_create_owned(&of(queue));
        gauge.inc();
        InFlight(gauge)
    }

    /// Counts a batch that ended, with how many of its messages were deleted and how many come back.
    pub(crate) fn ended(
        &self,
        queue: &Queue,
        outcome: &'static str,
        took: Duration,
        processed: usize,
        returned: usize,
    ) {
        self.batches.get_or_create(&OfOutcome { queue: queue.name().to_owned(), outcome }).inc();
        self.durations.get_or_create(&of(queue)).observe(took.as_secs_f64());
        add(&self.processed, queue, processed);
        add(&self.returned, queue, returned);
    }
}

/// The metrics in the text format of the specification.
pub(crate) fn encode(registry: &Registry) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    text::encode(&mut text, registry)?;
    Ok(text)
}

fn of(queue: &Queue) -> OfQueue {
    OfQueue { queue: queue.name().to_owned() }
}

fn add(counter: &ByQueue, queue: &Queue, count: usize) {
    counter.get_or_create(&of(queue)).inc_by(u64::try_from(count).unwrap_or(u64::MAX));
}
