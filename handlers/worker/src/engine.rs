//! What all slots of a worker share.

use std::rc::Rc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{join, join_all};
use tokio::time::{Instant, sleep};

use crate::failure::Failure;
use crate::invocation::Handler;
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::settings::{MAX_CALL, Settings};
use crate::shutdown::Shutdown;
use crate::slot;
use crate::sqs::Sqs;
use crate::turn::choose;

/// As long as SQS lets a call wait for messages.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html>
const LONGEST_POLL: Duration = Duration::from_secs(20);

/// How much later than asked for a call that waits for messages may be over: it takes its time to SQS and back. Other
/// workers that are scaled down with this one may be told to end as much later.
const LATE: Duration = Duration::from_secs(2);

/// For how long it is taken for true what a queue says of itself: SQS itself takes a minute until a change counts.
const DESCRIBED_FOR: Duration = Duration::from_mins(5);

/// How often a slot looks whether a queue may be asked again.
const LOOK: Duration = Duration::from_millis(50);

/// What all slots share.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) sqs: Sqs,
    pub(crate) settings: Settings,
    pub(crate) queues: Vec<Queue>,
    pub(crate) metrics: Metrics,
    pub(crate) shutdown: Shutdown,
}

impl Engine {
    /// Works until it is told to end, and everything is given back.
    pub(crate) async fn run(&self, handler: &Handler<'_>) {
        let describe = join_all(self.queues.iter().map(|queue| self.describe(queue)));
        let slots = join_all((0..self.settings.concurrency).map(|_| async {
            while let Some(queue) = self.turn().await {
                // Boxed, so that slots which wait are small: there may be a thousand.
                slot::serve(self, queue, handler).boxed_local().await;
            }
        }));
        join(describe, slots).await;
    }

    /// Work that has begun ends this long after the worker was told to: what follows is for giving it back.
    pub(crate) fn work_ends(&self) -> Duration {
        let grace = self.settings.grace;
        grace.saturating_sub((grace / 5).min(Duration::from_secs(3)))
    }

    /// How long a slot waits for messages.
    pub(crate) fn poll(&self, queue: &Queue) -> Duration {
        if self.settings.concurrency >= self.queues.len() {
            self.longest_poll()
        } else if self.queues.iter().any(|it| it.has_more.get() && it.url != queue.url) {
            // Others have messages, and no slot to bring them.
            Duration::ZERO
        } else {
            Duration::from_secs(1)
        }
    }

    /// How long a call waits for messages at most. One that is under way when the worker is told to end is awaited: its
    /// answer may bring what SQS has hidden already. So all of them are answered before work ends.
    fn longest_poll(&self) -> Duration {
        self.work_ends().saturating_sub(LATE).clamp(Duration::from_secs(1), LONGEST_POLL)
    }

    /// No batch begins any more from so long on after the worker was told to end: it might not be done when work ends.
    pub(crate) fn beginning_ends(&self) -> Duration {
        self.work_ends().saturating_sub(self.settings.timeout)
    }

    /// Whether a batch may begin now.
    pub(crate) fn may_begin(&self) -> bool {
        self.shutdown.elapsed().is_none_or(|elapsed| elapsed < self.beginning_ends())
    }

    /// For how long what an ending worker gives back stays hidden: as long as calls that began before may wait for messages.
    /// One of these would take it at once, and another after that, and each time counts for the queue's redrive policy. So
    /// would the calls of workers that are told to end together with this one.
    pub(crate) fn polls_end_in(&self) -> Duration {
        let left = (self.longest_poll() + LATE).saturating_sub(self.shutdown.elapsed().unwrap_or_default());
        // SQS counts in whole seconds.
        Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }

    /// The most messages of one batch of `queue`, and how long they are gathered. SQS gives a FIFO queue's messages of
    /// one group at once; Lambda has no window for these either.
    pub(crate) fn batch_of(&self, queue: &Queue) -> (usize, Duration) {
        let (size, window) = (self.settings.batch_size, self.settings.batch_window);
        if queue.url.is_fifo() || window.is_zero() { (size.min(MAX_CALL), Duration::ZERO) } else { (size, window) }
    }

    /// The next queue to turn to; `None` when the worker was told to end.
    async fn turn(&self) -> Option<&Queue> {
        loop {
            if self.shutdown.has_begun() {
                return None;
            }
            if let Some(queue) = choose(&self.queues) {
                return Some(queue);
            }
            tokio::select! {
                () = self.shutdown.begun() => {}
                () = sleep(LOOK) => {}
            }
        }
    }

    /// Asks what must be known of a queue before its messages are received, until it is known, and from time to time
    /// whether that has changed.
    async fn describe(&self, queue: &Queue) {
        while !self.shutdown.has_begun() {
            let began = Instant::now();
            let described = tokio::select! {
                described = self.sqs.describe(&queue.url) => described,
                () = self.shutdown.begun() => return,
            };
            let known = queue.described();
            match described {
                Ok(described) => {
                    if known.is_none() {
                        queue.answered();
                    }
                    if known.is_none_or(|known| *known != described) {
                        let (name, visibility) = (queue.name(), described.visibility.as_secs());
                        tracing::info!(queue = name, arn = described.arn, visibility, "the queue is served");
                        queue.described.replace(Some(Rc::new(described)));
                    }
                }
                Err(failure) if known.is_none() => self.receive_failed(queue, began, &failure),
                Err(failure) => {
                    let (queue, error) = (queue.name(), failure.to_string());
                    tracing::warn!(queue, error, "whether the queue's visibility timeout has changed is not known");
                }
            }
            let next = if queue.described().is_some() { Some(began + DESCRIBED_FOR) } else { None };
            tokio::select! {
                () = self.shutdown.begun() => return,
                () = async {
                    while let Some(at) = next.or_else(|| queue.not_before()).filter(|at| *at > Instant::now()) {
                        tokio::time::sleep_until(at).await;
                    }
                } => {}
            }
        }
    }

    pub(crate) fn receive_failed(&self, queue: &Queue, began: Instant, failure: &Failure) {
        self.metrics.receive_failed(queue, failure.kind);
        queue.failed(began, failure);
    }
}
