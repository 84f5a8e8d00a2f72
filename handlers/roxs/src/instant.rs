//! Points in time as text.

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use functions::clock;

/// `millis` since the epoch in ISO 8601, in UTC: `2026-11-22T23:05:09.123Z`.
pub(crate) fn iso(millis: i64) -> String {
    // INVARIANT: a clock's milliseconds are within the years that have four digits.
    DateTime::from_millis(millis).fmt(DateTimeFormat::DateTime).unwrap_or_default()
}

/// Now, in ISO 8601.
pub(crate) fn now() -> String {
    iso(clock::millis())
}

/// The UTC hour of `millis` since the epoch as folders: `2026/11/22/23`.
pub(crate) fn hour(millis: i64) -> String {
    iso(millis).chars().take("2026-11-22T23".len()).map(|c| if matches!(c, '-' | 'T') { '/' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc() {
        assert_eq!(iso(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(hour(1_700_000_000_123), "2023/11/14/22");
        assert_eq!(hour(1_704_067_199_999), "2023/12/31/23");
        assert_eq!(hour(1_704_067_200_000), "2024/01/01/00");
    }
}
