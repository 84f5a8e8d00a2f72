//! Whether a worker lives, and whether it can work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::sleep;

/// How often the loop says that it goes on.
const BEAT: Duration = Duration::from_secs(1);

/// How much longer than a batch may take the loop can be still: a handler that computes holds it up, since both are on
/// one thread.
const SLACK: Duration = Duration::from_secs(30);

/// What is known of a worker's health, from any thread.
#[derive(Debug)]
pub(crate) struct Health {
    began: Instant,
    /// Milliseconds after the beginning.
    beat: AtomicU64,
    stale_after: Duration,
    /// The queues that cannot be read, with why.
    unready: Mutex<BTreeMap<String, String>>,
}

/// Says of one queue whether it can be read.
#[derive(Debug, Clone)]
pub(crate) struct Readiness {
    health: Arc<Health>,
    queue: String,
}

impl Health {
    /// That of a worker whose batches may take `timeout`.
    pub(crate) fn new(timeout: Duration) -> Self {
        Self { began: Instant::now(), beat: AtomicU64::new(0), stale_after: timeout + SLACK, unready: Mutex::default() }
    }

    /// Says that the loop goes on, for as long as this is polled.
    pub(crate) async fn beat(&self) -> std::convert::Infallible {
        loop {
            self.beat.store(millis(self.began.elapsed()), Ordering::Relaxed);
            sleep(BEAT).await;
        }
    }

    /// Whether the loop goes on.
    pub(crate) fn is_alive(&self) -> bool {
        let still = millis(self.began.elapsed()).saturating_sub(self.beat.load(Ordering::Relaxed));
        still <= millis(self.stale_after)
    }

    /// The queues that cannot be read, with why; empty when all can.
    pub(crate) fn unready(&self) -> BTreeMap<String, String> {
        self.unready.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Readiness {
    /// A queue that has not answered yet.
    pub(crate) fn new(health: &Arc<Health>, queue: &str) -> Self {
        let readiness = Self { health: Arc::clone(health), queue: queue.to_owned() };
        readiness.set(Err("it has not answered yet".to_owned()));
        readiness
    }

    pub(crate) fn set(&self, state: Result<(), String>) {
        let mut unready = self.health.unready.lock().unwrap_or_else(PoisonError::into_inner);
        match state {
            Ok(()) => unready.remove(&self.queue),
            Err(why) => unready.insert(self.queue.clone(), why),
        };
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_ready_when_every_queue_answered() {
        let health = Arc::new(Health::new(Duration::from_secs(30)));
        let [orders, returns] = ["orders", "returns"].map(|queue| Readiness::new(&health, queue));
        orders.set(Ok(()));
        assert_eq!(health.unready().into_keys().collect::<Vec<_>>(), ["returns"]);
        returns.set(Ok(()));
        assert!(health.unready().is_empty());
        orders.set(Err("denied".into()));
        assert_eq!(health.unready()["orders"], "denied");
    }
}
