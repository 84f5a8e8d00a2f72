//! Quantities with their unit in the type.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} {}", self.0, $unit)
            }
        }
    };
}

quantity!(
    /// A duration in seconds.
    Seconds,
    "s"
);
quantity!(
    /// A duration in milliseconds.
    Milliseconds,
    "ms"
);
quantity!(
    /// A duration in days.
    Days,
    "days"
);
quantity!(
    /// A size in mebibytes.
    Mebibytes,
    "MiB"
);

quantity!(
    /// A share of processors: 1,000 are one.
    Millicores,
    "m"
);

impl Seconds {
    /// `count` minutes.
    #[must_use]
    pub const fn minutes(count: u32) -> Self {
        Self(count * 60)
    }

    /// `count` hours.
    #[must_use]
    pub const fn hours(count: u32) -> Self {
        Self::minutes(count * 60)
    }

    /// `count` days.
    #[must_use]
    pub const fn days(count: u32) -> Self {
        Self::hours(count * 24)
    }
}
