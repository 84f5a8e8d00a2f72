//! Waiting for what happens in its own time.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// How long anything may take before the test fails; on a busy machine a cold start takes seconds.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(30);

/// What a look at a system gave: what was waited for, or what was seen instead.
pub trait Observation {
    /// What was waited for.
    type Awaited;

    /// What was waited for, or what was seen instead, in words.
    ///
    /// # Errors
    /// When it is not there yet.
    fn awaited(self) -> Result<Self::Awaited, String>;
}

impl<T> Observation for Option<T> {
    type Awaited = T;

    fn awaited(self) -> Result<T, String> {
        self.ok_or_else(|| "nothing".to_owned())
    }
}

impl<T, E: Debug> Observation for Result<T, E> {
    type Awaited = T;

    fn awaited(self) -> Result<T, String> {
        self.map_err(|seen| format!("{seen:?}"))
    }
}

impl Observation for bool {
    type Awaited = ();

    fn awaited(self) -> Result<(), String> {
        self.then_some(()).ok_or_else(|| "`false`".to_owned())
    }
}

/// Looks until there is something to see, for a minute at most. A look gives an `Option`, a `bool`, or a `Result` whose
/// error is what was seen instead; it is said when the test fails.
///
/// ```no_run
/// # async fn test(system: &testing::Deployment) {
/// let sightings = testing::eventually("two sightings are stored", async || {
///     let sightings = system.items("SightingsTable").await;
///     if sightings.len() == 2 { Ok(sightings) } else { Err(sightings) }
/// })
/// .await;
/// # }
/// ```
pub async fn eventually<O: Observation>(what: &str, look: impl AsyncFnMut() -> O) -> O::Awaited {
    eventually_within(PATIENCE, what, look).await
}

/// Looks until `holds` is true of what is seen, for a minute at most, and gives that.
///
/// ```no_run
/// # async fn test(system: &testing::Deployment) {
/// let look = async || system.items("SightingsTable").await;
/// testing::eventually_that("two sightings are stored", look, |sightings| sightings.len() == 2).await;
/// # }
/// ```
pub async fn eventually_that<T: Debug>(
    what: &str,
    mut look: impl AsyncFnMut() -> T,
    mut holds: impl FnMut(&T) -> bool,
) -> T {
    eventually(what, async || {
        let seen = look().await;
        if holds(&seen) { Ok(seen) } else { Err(seen) }
    })
    .await
}

/// As [`eventually`], with another time than a minute.
pub async fn eventually_within<O: Observation>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> O,
) -> O::Awaited {
    let deadline = Instant::now() + patience;
    loop {
        let seen = match look().await.awaited() {
            Ok(awaited) => return awaited,
            Err(seen) => seen,
        };
        assert!(Instant::now() < deadline, "within {patience:?} it did not happen that {what}; last seen: {seen}");
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_awaited_is_given_once_it_is_there() {
        let mut looks = 0;
        let seen = eventually("there were three looks", async || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(seen.await, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "within 10ms it did not happen that the queue is empty; last seen: [\"a message\"]")]
    async fn what_was_seen_instead_is_said() {
        let look = async || Err::<(), _>(["a message"]);
        eventually_within(Duration::from_millis(10), "the queue is empty", look).await;
    }
}
