//! When a schedule goes off.

use std::fmt;

use crate::eventbridge;

/// When a schedule goes off.
///
/// Times are of a time zone by its name in the [IANA database](https://www.iana.org/time-zones), such as `Europe/Zurich`, in which
/// summer time is taken into account.
///
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expression {
    /// Every so many minutes, 1 or more.
    Minutes(u32),
    /// Every so many hours, 1 or more.
    Hours(u32),
    /// Every so many days, 1 or more.
    Days(u32),
    /// By six fields: minutes, hours, day of the month, month, day of the week, year. One of the two days is `?`, as in
    /// `0 7 ? * MON-FRI *`.
    Cron {
        /// The fields.
        fields: &'static str,
        /// The time zone.
        zone: &'static str,
    },
    /// Once.
    At {
        /// When, such as `2026-12-24T18:00:00`.
        time: &'static str,
        /// The time zone.
        zone: &'static str,
    },
}

impl Expression {
    /// The time zone, of times that have one.
    pub(super) const fn zone(self) -> Option<&'static str> {
        match self {
            Self::Cron { zone, .. } | Self::At { zone, .. } => Some(zone),
            Self::Minutes(_) | Self::Hours(_) | Self::Days(_) => None,
        }
    }

    /// The rule of EventBridge that goes off at the same times, of what comes again.
    const fn recurring(self) -> Option<eventbridge::Schedule> {
        Some(match self {
            Self::Minutes(count) => eventbridge::Schedule::Minutes(count),
            Self::Hours(count) => eventbridge::Schedule::Hours(count),
            Self::Days(count) => eventbridge::Schedule::Days(count),
            Self::Cron { fields, .. } => eventbridge::Schedule::Cron(fields),
            Self::At { .. } => return None,
        })
    }

    pub(super) const fn is_once(self) -> bool {
        matches!(self, Self::At { .. })
    }

    /// What Scheduler would refuse.
    pub(super) fn problem(self) -> Option<String> {
        if let Some(zone) = self.zone().filter(|zone| !is_zone(zone)) {
            return Some(format!("`{zone}` is no time zone: expected a name such as `Europe/Zurich` or `UTC`"));
        }
        match self {
            Self::At { time, .. } => {
                (!is_time(time)).then(|| "expected a time such as `2026-12-24T18:00:00`".to_owned())
            }
            other => other.recurring()?.problem(),
        }
    }
}

/// Names of zones are letters, digits and `_+-` between slashes.
fn is_zone(zone: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "_+-".contains(c))
    };
    zone.split('/').all(is_part)
}

/// Whether it is a date and a time to the second, both of which there are.
fn is_time(time: &str) -> bool {
    let Some((date, clock)) = time.split_once('T') else { return false };
    let parts = |text: &str, separator: char, lengths: [usize; 3]| {
        let parts: Vec<&str> = text.split(separator).collect();
        let of_length = parts.iter().map(|part| part.len()).eq(lengths);
        let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
        <[u32; 3]>::try_from(numbers).ok().filter(|_| of_length)
    };
    let (Some([year, month, day]), Some([hour, minute, second])) =
        (parts(date, '-', [4, 2, 2]), parts(clock, ':', [2, 2, 2]))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.recurring()) {
            (_, Some(recurring)) => recurring.fmt(f),
            (Self::At { time, .. }, None) => write!(f, "at({time})"),
            (_, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_the_form_that_scheduler_reads() {
        assert_eq!(Expression::Minutes(1).to_string(), "rate(1 minute)");
        let cron = Expression::Cron { fields: "0 7 ? * MON-FRI *", zone: "Europe/Zurich" };
        assert_eq!((cron.to_string(), cron.zone()), ("cron(0 7 ? * MON-FRI *)".to_owned(), Some("Europe/Zurich")));
        let once = Expression::At { time: "2026-12-24T18:00:00", zone: "UTC" };
        assert_eq!((once.to_string(), once.problem()), ("at(2026-12-24T18:00:00)".to_owned(), None));
    }

    #[test]
    fn what_scheduler_refuses_is_a_problem() {
        let at = |time| Expression::At { time, zone: "UTC" }.problem();
        for time in [
            "2026-12-24",
            "2026-12-24T18:00",
            "2026-12-24T18:00:00Z",
            "2026-02-29T00:00:00",
            "2026-13-01T00:00:00",
            "2026-12-24T24:00:00",
            "26-12-24T18:00:00",
        ] {
            assert_eq!(at(time).as_deref(), Some("expected a time such as `2026-12-24T18:00:00`"), "{time}");
        }
        assert_eq!(at("2028-02-29T00:00:00"), None);
        let zone = |zone| Expression::Cron { fields: "0 7 ? * MON-FRI *", zone }.problem();
        assert!(zone("Europe/Zürich").is_some() && zone("").is_some() && zone("+02:00").is_some());
        assert_eq!((zone("America/Argentina/Buenos_Aires"), zone("Etc/GMT+5")), (None, None));
        assert_eq!(Expression::Hours(0).problem().as_deref(), Some("expected 1 or more"));
    }
}
