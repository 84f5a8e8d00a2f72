//! Which IAM actions an operation of an AWS service needs: often not the one of the same name.
//!
//! Listed are the operations of the services whose SDKs handlers call, but for those that no handler should need.

mod dynamodb;
mod eventbridge;
mod lambda;
mod s3;
mod sns;
mod sqs;

use std::fmt;

/// An operation of an AWS service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The service, as its SDK is named: `dynamodb` for `aws-sdk-dynamodb`.
    pub service: &'static str,
    /// Its name, as the service's API reference has it.
    pub name: &'static str,
    /// What it needs.
    pub needs: Needs,
}

/// What an operation needs of the caller's policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// All of these actions; none at all when there are none.
    Every(&'static [&'static str]),
    /// Those of these actions that the content of the request asks for.
    Some(&'static [&'static str]),
}

impl Needs {
    /// All actions it may need.
    #[must_use]
    pub const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Every(actions) | Self::Some(actions) => actions,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}

/// The operations of `service`, named as its SDK is; `None` for a service that is not listed.
///
/// ```
/// use policies::operation::{Needs, of};
///
/// let head = of("s3").unwrap().iter().find(|operation| operation.name == "HeadObject").unwrap();
/// assert_eq!(head.needs, Needs::Every(&["s3:GetObject"]));
/// ```
#[must_use]
pub fn of(service: &str) -> Option<&'static [Operation]> {
    match service {
        "dynamodb" => Some(dynamodb::OPERATIONS),
        "eventbridge" => Some(eventbridge::OPERATIONS),
        "lambda" => Some(lambda::OPERATIONS),
        "s3" => Some(s3::OPERATIONS),
        "sns" => Some(sns::OPERATIONS),
        "sqs" => Some(sqs::OPERATIONS),
        _ => None,
    }
}

/// The operations of one service, named as its SDK `as` IAM names it when that differs: by `same`, those that need the
/// action of their own name; then the others.
macro_rules! operations {
    ($service:literal, same: $($rest:tt)*) => {
        super::operations! { $service as $service, same: $($rest)* }
    };
    (
        $service:literal as $prefix:literal, same: [$($same:ident),+ $(,)?],
        $($name:ident: $needs:ident [$($action:literal),* $(,)?]),* $(,)?
    ) => {
        pub(super) const OPERATIONS: &[super::Operation] = &[
            $(super::Operation {
                service: $service,
                name: stringify!($same),
                needs: super::Needs::Every(&[concat!($prefix, ":", stringify!($same))]),
            },)+
            $(super::Operation {
                service: $service,
                name: stringify!($name),
                needs: super::Needs::$needs(&[$(concat!($prefix, ":", $action)),*]),
            },)*
        ];
    };
}

use operations;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_is_listed_once() {
        for service in ["dynamodb", "eventbridge", "lambda", "s3", "sns", "sqs"] {
            let mut names: Vec<_> = of(service).unwrap().iter().map(|operation| operation.name).collect();
            let listed = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), listed, "{service}");
        }
    }
}
