//! Whole numbers, and quantities with their unit, whose bounds are in their types.
//!
//! A number that is written down is held against the bounds when the program is built; `cargo check` alone does not look at
//! it. One that is calculated is a [`TryFrom`].

use std::fmt;

use serde::Serialize;

macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident($repr:ident) from $least:expr, $unit:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name<const LEAST: $repr = { $least }, const MOST: $repr = { $repr::MAX }>($repr);

        impl<const LEAST: $repr, const MOST: $repr> $name<LEAST, MOST> {
            /// The number `N`. One that is out of bounds does not compile.
            #[must_use]
            pub const fn of<const N: $repr>() -> Self {
                Self::times::<1, N>()
            }

            const fn times<const UNIT: $repr, const N: $repr>() -> Self {
                const {
                    assert!(UNIT * N >= LEAST, "it is less than the property takes; the first bound of its type is the least");
                    assert!(UNIT * N <= MOST, "it is more than the property takes; the second bound of its type is the most");
                }
                Self(UNIT * N)
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> $repr {
                self.0
            }
        }

        impl<const LEAST: $repr, const MOST: $repr> TryFrom<$repr> for $name<LEAST, MOST> {
            type Error = OutOfBounds;

            fn try_from(number: $repr) -> Result<Self, OutOfBounds> {
                if (LEAST..=MOST).contains(&number) {
                    Ok(Self(number))
                } else {
                    Err(OutOfBounds { number: number.into(), least: LEAST.into(), most: MOST.into() })
                }
            }
        }

        impl<const LEAST: $repr, const MOST: $repr> fmt::Display for $name<LEAST, MOST> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{}", $unit), self.0)
            }
        }
    };
}

bounded!(
    /// A whole number from `LEAST` to `MOST`, both included.
    ///
    /// ```
    /// use infra::Integer;
    ///
    /// let receives: Integer<1, 1_000> = Integer::of::<5>();
    /// assert_eq!(receives.get(), 5);
    /// assert_eq!(Integer::<1, 1_000>::try_from(0).unwrap_err().to_string(), "0 is out of bounds; expected 1 to 1000");
    /// ```
    ///
    /// ```compile_fail
    /// use infra::Integer;
    ///
    /// let receives: Integer<1, 1_000> = Integer::of::<1_001>();
    /// ```
    Integer(i64) from i64::MIN,
    ""
);

impl Integer {
    /// Any number: the property has no bounds.
    #[must_use]
    pub const fn any(number: i64) -> Self {
        Self(number)
    }
}

/// A number that a property does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{number} is out of bounds; expected {least} to {most}")]
pub struct OutOfBounds {
    number: i64,
    least: i64,
    most: i64,
}

bounded!(
    /// A duration in seconds, from `LEAST` to `MOST`, both included.
    ///
    /// ```
    /// use infra::Seconds;
    ///
    /// let timeout: Seconds<1, 900> = Seconds::minutes::<15>();
    /// assert_eq!(timeout.to_string(), "900 s");
    /// ```
    ///
    /// ```compile_fail
    /// use infra::Seconds;
    ///
    /// let timeout: Seconds<1, 900> = Seconds::of::<901>();
    /// ```
    Seconds(u32) from 0,
    " s"
);
bounded!(
    /// A duration in milliseconds, from `LEAST` to `MOST`, both included.
    Milliseconds(u32) from 0,
    " ms"
);
bounded!(
    /// A duration in days, from `LEAST` to `MOST`, both included.
    Days(u32) from 0,
    " days"
);
bounded!(
    /// A size in mebibytes, from `LEAST` to `MOST`, both included.
    Mebibytes(u32) from 0,
    " MiB"
);
bounded!(
    /// A share of processors, of which 1,000 are one, from `LEAST` to `MOST`, both included.
    Millicores(u32) from 0,
    " m"
);

impl<const LEAST: u32, const MOST: u32> Seconds<LEAST, MOST> {
    /// So many minutes.
    #[must_use]
    pub const fn minutes<const N: u32>() -> Self {
        Self::times::<60, N>()
    }

    /// So many hours.
    #[must_use]
    pub const fn hours<const N: u32>() -> Self {
        Self::times::<3_600, N>()
    }

    /// So many days.
    #[must_use]
    pub const fn days<const N: u32>() -> Self {
        Self::times::<86_400, N>()
    }
}
