//! Points in time, in milliseconds since the epoch as AWS has them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::macros::format_description;

/// Now.
#[must_use]
pub fn now() -> i64 {
    before_now(Duration::ZERO)
}

/// As long ago as `age`.
#[must_use]
pub fn before_now(age: Duration) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.saturating_sub(age).as_millis()).unwrap_or(i64::MAX)
}

/// `2026-11-28T18:23:29.123Z`.
#[must_use]
pub fn text(milliseconds: i64) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000);
    time.ok().and_then(|time| time.format(format).ok()).unwrap_or_else(|| milliseconds.to_string())
}

/// A duration in its largest unit: `3 min`.
#[must_use]
pub fn rough(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_utc_with_milliseconds() {
        assert_eq!(text(1_795_382_612_007), "2026-11-22T21:23:32.007Z");
        assert_eq!(text(i64::MAX), i64::MAX.to_string());
    }

    #[test]
    fn a_duration_is_told_in_its_largest_unit() {
        for (seconds, told) in [(0, "0 s"), (59, "59 s"), (600, "10 min"), (7_300, "2 h"), (200_000, "2 d")] {
            assert_eq!(rough(Duration::from_secs(seconds)), told);
        }
    }
}
