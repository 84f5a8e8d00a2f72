//! The time, in the two units of the tables.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since the epoch: timestamps.
#[must_use]
pub fn millis() -> i64 {
    i64::try_from(since_epoch().as_millis()).unwrap_or(i64::MAX)
}

/// Seconds since the epoch: times to live.
#[must_use]
pub fn seconds() -> i64 {
    i64::try_from(since_epoch().as_secs()).unwrap_or(i64::MAX)
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
