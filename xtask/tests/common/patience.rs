//! Waiting for what happens in its own time.

use std::time::{Duration, Instant};

/// How long anything may take before the test fails; on a busy machine a cold start takes seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// Asks until there is an answer.
pub(crate) async fn eventually<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what} did not happen within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
