//! Three-valued logic: what is not known stays so until it makes no difference.

use std::fmt;

/// Whether something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// It does not, whatever is unknown.
    False,
    /// It does, whatever is unknown.
    True,
    /// It depends on this.
    Unknown(Gap),
}

/// What is missing for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// The request's value of a condition key.
    Key(String),
    /// A value that cannot be read as what its operator compares.
    Value {
        /// The value.
        value: String,
        /// What it should be, such as `a number`.
        expected: &'static str,
    },
    /// What IAM does with several values of a key where its policy takes one.
    Several(String),
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "the request's `{key}` is not known"),
            Self::Value { value, expected } => write!(f, "`{value}` is not {expected}"),
            Self::Several(key) => write!(f, "`{key}` has several values where the policy takes one"),
        }
    }
}

impl Truth {
    /// Whether all of `truths` hold.
    pub(crate) fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::True;
        for truth in truths {
            match truth {
                Self::False => return Self::False,
                Self::Unknown(_) if all == Self::True => all = truth,
                Self::True | Self::Unknown(_) => {}
            }
        }
        all
    }

    /// Whether one of `truths` holds.
    pub(crate) fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        !Self::all(truths.into_iter().map(|truth| !truth))
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::True => Self::False,
            Self::Unknown(gap) => Self::Unknown(gap),
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}
