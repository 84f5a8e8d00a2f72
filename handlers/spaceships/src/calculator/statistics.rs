//! What a calculation finds.

use serde::Serialize;

use crate::subject::Subject;

/// The window in which sightings count, in milliseconds.
pub const WINDOW_MILLIS: i64 = 600_000;

/// The sightings of a subject in the window that ends at `timestamp`. All times are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    /// Whose sightings.
    #[serde(flatten)]
    pub subject: Subject,
    /// How many there are.
    pub count: usize,
    /// When they were counted.
    pub timestamp: i64,
    /// The length of the window.
    pub window_size: i64,
    /// The first of them.
    pub sighting_oldest: Option<i64>,
    /// The last of them.
    pub sighting_newest: Option<i64>,
}

impl Statistics {
    /// Describes the sightings at `timestamps`, in any order.
    #[must_use]
    pub fn new(subject: Subject, now: i64, timestamps: &[i64]) -> Self {
        Self {
            subject,
            count: timestamps.len(),
            timestamp: now,
            window_size: WINDOW_MILLIS,
            sighting_oldest: timestamps.iter().min().copied(),
            sighting_newest: timestamps.iter().max().copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(subject: Subject, timestamps: &[i64], expected: &str) {
        let json = serde_json::to_string(&Statistics::new(subject, 1_700_000_600_000, timestamps)).unwrap();
        assert_eq!(json, expected);
    }

    #[test]
    fn no_sighting_has_neither_oldest_nor_newest() {
        check(
            Subject::Model("X-Wing".into()),
            &[],
            r#"{"model":"X-Wing","count":0,"timestamp":1700000600000,"window_size":600000,"sighting_oldest":null,"sighting_newest":null}"#,
        );
    }

    #[test]
    fn oldest_and_newest_do_not_depend_on_the_order() {
        check(
            Subject::Spaceship("XW-12345".into()),
            &[1_700_000_000_002, 1_700_000_000_001, 1_700_000_000_003],
            r#"{"spaceship_id":"XW-12345","count":3,"timestamp":1700000600000,"window_size":600000,"sighting_oldest":1700000000001,"sighting_newest":1700000000003}"#,
        );
    }
}
