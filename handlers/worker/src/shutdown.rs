//! How a worker is told to end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Tells a worker to end, from any thread.
#[derive(Debug, Clone)]
pub struct Shutdown(Arc<watch::Sender<Phase>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    /// Nothing more is asked for; what began may go on for the grace.
    Ending(Instant),
    /// Whatever is at work is dropped.
    AtOnce,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Running)))
    }
}

impl Shutdown {
    /// Asks the worker to end: it asks for no more messages, finishes what it has begun, and gives back what it cannot
    /// finish within its grace. The second time it is told to [end at once](Self::at_once).
    pub fn begin(&self) {
        self.0.send_modify(|phase| {
            *phase = match phase {
                Phase::Running => Phase::Ending(Instant::now()),
                Phase::Ending(_) | Phase::AtOnce => Phase::AtOnce,
            }
        });
    }

    /// Has the worker end without waiting for anything. SQS hands out what it had when its visibility timeout is over.
    pub fn at_once(&self) {
        self.0.send_replace(Phase::AtOnce);
    }

    /// Whether the worker was told to end.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        *self.0.borrow() != Phase::Running
    }

    /// Comes when the worker is told to end.
    pub(crate) async fn begun(&self) {
        self.wait(|phase| phase != Phase::Running).await;
    }

    /// Comes `duration` after the worker was told to end; never when it was told to end at once, which is not the same.
    pub(crate) async fn after(&self, duration: Duration) {
        match self.wait(|phase| phase != Phase::Running).await {
            Phase::Ending(since) => sleep_until(since + duration).await,
            Phase::Running | Phase::AtOnce => std::future::pending().await,
        }
    }

    /// How long ago the worker was told to end; longer than anything takes when it was told to end at once.
    pub(crate) fn elapsed(&self) -> Option<Duration> {
        match *self.0.borrow() {
            Phase::Running => None,
            Phase::Ending(since) => Some(since.elapsed()),
            Phase::AtOnce => Some(Duration::MAX),
        }
    }

    /// Comes when the worker is told to end at once.
    pub(crate) async fn now(&self) {
        self.wait(|phase| phase == Phase::AtOnce).await;
    }

    async fn wait(&self, is_reached: impl Fn(Phase) -> bool) -> Phase {
        let mut phases = self.0.subscribe();
        match phases.wait_for(|phase| is_reached(*phase)).await {
            Ok(phase) => *phase,
            // The sender lives as long as this.
            Err(_) => Phase::AtOnce,
        }
    }
}

/// Tells the worker to end by SIGTERM, which Kubernetes sends, and by SIGINT; by a second signal at once.
///
/// # Errors
/// When the signals cannot be listened to.
#[cfg(unix)]
pub(crate) async fn by_signals(shutdown: Shutdown) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    loop {
        tokio::select! {
            _ = terminate.recv() => tracing::info!(signal = "SIGTERM", "told to end"),
            _ = interrupt.recv() => tracing::info!(signal = "SIGINT", "told to end"),
        }
        shutdown.begin();
    }
}

/// Tells the worker to end by Ctrl-C; the second time at once.
///
/// # Errors
/// When it cannot be listened to.
#[cfg(not(unix))]
pub(crate) async fn by_signals(shutdown: Shutdown) -> std::io::Result<()> {
    loop {
        tokio::signal::ctrl_c().await?;
        tracing::info!("told to end");
        shutdown.begin();
    }
}
