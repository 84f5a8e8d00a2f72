//! How long to wait before something that failed is tried again.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// The waits between tries, each about twice as long as the one before, with jitter, so that workers that fail
/// together do not try again together.
#[derive(Debug)]
pub(crate) struct Backoff {
    waits: ExponentialBackoff,
    ceiling: Duration,
}

impl Backoff {
    /// From `first` to about `ceiling`, without end.
    pub(crate) fn new(first: Duration, ceiling: Duration) -> Self {
        let waits = ExponentialBuilder::new().with_min_delay(first).with_max_delay(ceiling);
        Self { waits: waits.without_max_times().with_jitter().build(), ceiling }
    }

    pub(crate) fn next(&mut self) -> Duration {
        self.waits.next().unwrap_or(self.ceiling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_ceiling_and_stay_there() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
        let waits: Vec<_> = (0..40).map(|_| backoff.next()).collect();
        assert!(waits[0] >= Duration::from_millis(100) && waits[0] < Duration::from_millis(400), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(20)), "{waits:?}");
        assert!(waits[20..].iter().all(|wait| *wait >= Duration::from_secs(10)), "{waits:?}");
    }
}
