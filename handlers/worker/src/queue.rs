//! A queue, and how it goes with it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use crate::backoff::Backoff;
use crate::failure::{Failure, Kind};
use crate::groups::Groups;
use crate::health::Readiness;
use crate::processed::Processed;
use crate::settings::QueueUrl;

/// How long to wait after the first failure, and at most, before the queue is asked again.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// What a queue says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) arn: String,
    /// For how long SQS hides a message that it hands out.
    pub(crate) visibility: Duration,
}

impl Described {
    /// Reads the attributes of a queue.
    pub(crate) fn new(arn: Option<&str>, visibility: Option<&str>) -> Result<Self, Failure> {
        let arn = arn.ok_or_else(|| Failure::other("the queue did not say its `QueueArn`"))?;
        let seconds = visibility.and_then(|text| text.parse().ok()).unwrap_or(0);
        if seconds == 0 {
            let found = visibility.unwrap_or("nothing");
            return Err(Failure::other(format!(
                "the queue's `VisibilityTimeout` is `{found}`: expected 1 s at least, or each message is handed out again while it is worked on"
            )));
        }
        Ok(Self { arn: arn.to_owned(), visibility: Duration::from_secs(seconds) })
    }
}

/// A queue of the worker.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) url: QueueUrl,
    /// What it last said of itself; nothing before it is first read.
    pub(crate) described: RefCell<Option<Rc<Described>>>,
    /// The slots that wait for messages of it.
    pub(crate) receiving: Cell<usize>,
    /// The slots whose batches are at work.
    pub(crate) working: Cell<usize>,
    /// Whether the last receive brought something.
    pub(crate) has_more: Cell<bool>,
    /// When a slot last turned to it.
    pub(crate) turned_to: Cell<Option<Instant>>,
    pub(crate) groups: Groups,
    pub(crate) processed: Processed,
    /// The ids of attempts to receive whose answers were lost.
    pub(crate) lost_attempts: RefCell<Vec<String>>,
    trouble: RefCell<Option<Trouble>>,
    readiness: Readiness,
}

/// What goes on from the first failure to the next success.
#[derive(Debug)]
struct Trouble {
    backoff: Backoff,
    /// When the last failure was counted: those of calls that began before are of the same cause.
    counted: Instant,
    not_before: Instant,
    since: Instant,
    kind: Kind,
}

impl Queue {
    pub(crate) fn new(url: QueueUrl, readiness: Readiness) -> Self {
        Self {
            url,
            described: RefCell::default(),
            receiving: Cell::new(0),
            working: Cell::new(0),
            has_more: Cell::new(false),
            turned_to: Cell::new(None),
            groups: Groups::default(),
            processed: Processed::default(),
            lost_attempts: RefCell::default(),
            trouble: RefCell::new(None),
            readiness,
        }
    }

    pub(crate) fn name(&self) -> &str {
        self.url.name()
    }

    /// What it last said of itself.
    pub(crate) fn described(&self) -> Option<Rc<Described>> {
        self.described.borrow().clone()
    }

    /// When the queue may be asked again, if it is in trouble.
    pub(crate) fn not_before(&self) -> Option<Instant> {
        self.trouble.borrow().as_ref().map(|trouble| trouble.not_before)
    }

    /// Notes that a call that began at `began` failed. The first failure of a kind is logged, and not each.
    pub(crate) fn failed(&self, began: Instant, failure: &Failure) {
        let mut trouble = self.trouble.borrow_mut();
        let now = Instant::now();
        if trouble.as_ref().is_some_and(|trouble| began < trouble.counted) {
            return;
        }
        if trouble.as_ref().is_none_or(|trouble| trouble.kind != failure.kind) {
            let (queue, kind) = (self.name(), failure.kind.name());
            tracing::error!(queue, kind, error = %failure, "the queue cannot be read, it is tried again");
            self.readiness.set(Err(format!("it cannot be read ({kind}), which the log explains")));
        }
        let trouble = trouble.get_or_insert_with(|| Trouble {
            backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT),
            counted: now,
            not_before: now,
            since: now,
            kind: failure.kind,
        });
        trouble.kind = failure.kind;
        trouble.counted = now;
        trouble.not_before = now + trouble.backoff.next();
    }

    /// Notes that a call succeeded.
    pub(crate) fn answered(&self) {
        self.readiness.set(Ok(()));
        if let Some(trouble) = self.trouble.take() {
            let seconds = trouble.since.elapsed().as_secs();
            tracing::info!(queue = self.name(), seconds, "the queue can be read again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_without_a_visibility_timeout_is_refused() {
        let arn = Some("arn:aws:sqs:eu-central-1:123456789012:orders");
        let described = Described::new(arn, Some("30")).unwrap();
        assert_eq!(described.visibility, Duration::from_secs(30));
        for none in [None, Some("0"), Some("soon")] {
            let error = Described::new(arn, none).unwrap_err().to_string();
            assert!(error.contains("expected 1 s at least"), "{error}");
        }
        assert!(Described::new(None, Some("30")).is_err());
    }
}
