//! Condition operators.

use std::fmt;

use serde::Serialize;

/// How many values of the request must pass a test, for a key that has several.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Quantifier {
    /// Each value, which holds when there is none.
    ForAllValues,
    /// At least one value.
    ForAnyValue,
}

macro_rules! operators {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// How a condition compares the request's value with its own.
        ///
        /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Operator {
            $($(#[$doc])* $name,)+
        }

        impl Operator {
            /// All operators.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name, as IAM writes it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }
        }
    };
}

operators! {
    /// The same ARN, where `*` and `?` are wildcards within its six parts.
    ArnEquals,
    /// The same as [`Operator::ArnEquals`].
    ArnLike,
    /// Another ARN.
    ArnNotEquals,
    /// The same as [`Operator::ArnNotEquals`].
    ArnNotLike,
    /// The same bytes, written in Base64.
    BinaryEquals,
    /// `true` or `false`.
    Bool,
    /// The same time.
    DateEquals,
    /// A later time.
    DateGreaterThan,
    /// A later or the same time.
    DateGreaterThanEquals,
    /// An earlier time.
    DateLessThan,
    /// An earlier or the same time.
    DateLessThanEquals,
    /// Another time.
    DateNotEquals,
    /// An address within the range.
    IpAddress,
    /// An address outside of the range.
    NotIpAddress,
    /// `true`: the request lacks the key; `false`: it has it.
    Null,
    /// The same number.
    NumericEquals,
    /// A greater number.
    NumericGreaterThan,
    /// A greater or the same number.
    NumericGreaterThanEquals,
    /// A smaller number.
    NumericLessThan,
    /// A smaller or the same number.
    NumericLessThanEquals,
    /// Another number.
    NumericNotEquals,
    /// The same text.
    StringEquals,
    /// The same text but for case.
    StringEqualsIgnoreCase,
    /// The same text, where `*` and `?` are wildcards.
    StringLike,
    /// Another text.
    StringNotEquals,
    /// Another text, also when case is ignored.
    StringNotEqualsIgnoreCase,
    /// Another text, where `*` and `?` are wildcards.
    StringNotLike,
}

impl Operator {
    /// The operator that holds for exactly the other requests, those without the key included.
    #[must_use]
    pub const fn negation(self) -> Option<Self> {
        Some(match self {
            Self::ArnEquals => Self::ArnNotEquals,
            Self::ArnLike => Self::ArnNotLike,
            Self::ArnNotEquals => Self::ArnEquals,
            Self::ArnNotLike => Self::ArnLike,
            Self::DateEquals => Self::DateNotEquals,
            Self::DateNotEquals => Self::DateEquals,
            Self::IpAddress => Self::NotIpAddress,
            Self::NotIpAddress => Self::IpAddress,
            Self::NumericEquals => Self::NumericNotEquals,
            Self::NumericNotEquals => Self::NumericEquals,
            Self::StringEquals => Self::StringNotEquals,
            Self::StringEqualsIgnoreCase => Self::StringNotEqualsIgnoreCase,
            Self::StringLike => Self::StringNotLike,
            Self::StringNotEquals => Self::StringEquals,
            Self::StringNotEqualsIgnoreCase => Self::StringEqualsIgnoreCase,
            Self::StringNotLike => Self::StringLike,
            _ => return None,
        })
    }

    /// Whether it holds when none of its values matches, so also for requests without the key.
    #[must_use]
    pub const fn is_negated(self) -> bool {
        matches!(
            self,
            Self::ArnNotEquals
                | Self::ArnNotLike
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::NumericNotEquals
                | Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
        )
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
