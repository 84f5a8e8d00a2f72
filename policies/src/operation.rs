//! Which IAM actions an operation of an AWS service needs: often not the one of the same name.
//!
//! Listed is every operation of the services whose SDKs handlers call. A key of one's own that encrypts a table, queue or
//! bucket is a matter of that resource: here are keys that a request names.

mod apigatewaymanagement;
mod appconfigdata;
mod bedrockruntime;
mod cloudwatch;
mod cloudwatchlogs;
mod cognitoidentityprovider;
mod dynamodb;
mod dynamodbstreams;
mod eventbridge;
mod firehose;
mod kinesis;
mod kms;
mod lambda;
mod s3;
mod scheduler;
mod secretsmanager;
mod ses;
mod sesv2;
mod sfn;
mod sns;
mod sqs;
mod ssm;
mod sts;

use std::fmt;

/// An operation of an AWS service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The service, as its SDK is named: `dynamodb` for `aws-sdk-dynamodb`.
    pub service: &'static str,
    /// Its name, as the service's API reference has it.
    pub name: &'static str,
    /// Actions that every call needs.
    pub required: &'static [&'static str],
    /// Actions that a call needs when its request sets a parameter.
    pub conditional: &'static [Conditional],
    /// Actions that AWS lists beside the operation and that no call by a handler needs.
    pub never: &'static [&'static str],
}

/// An action that some calls of an operation need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conditional {
    /// What such a call sets: a parameter as the API reference names it, a member of it after a dot, and in parentheses
    /// a value when only that value needs the action.
    pub parameter: &'static str,
    /// The action.
    pub action: &'static str,
}

impl Operation {
    /// All actions that a call may need: those of every call, then those of some.
    pub fn actions(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.required.iter().copied().chain(self.conditional.iter().map(|conditional| conditional.action))
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
/// use policies::operation::of;
///
/// let head = of("s3").unwrap().iter().find(|operation| operation.name == "HeadObject").unwrap();
/// assert_eq!(head.required, ["s3:GetObject"]);
/// ```
#[must_use]
pub fn of(service: &str) -> Option<&'static [Operation]> {
    named(service).map(|service| service.operations)
}

/// Whether an operation that is listed needs `action`, in any case, always or for some calls.
///
/// AWS's API references name some actions before its Service Authorization Reference does.
#[must_use]
pub fn is_needed(action: &str) -> bool {
    let prefix = action.split(':').next().unwrap_or_default();
    // An operation may need an action of another service, but one of a service that is not listed is none of an SDK here.
    let is_listed = SERVICES.iter().any(|service| service.prefix.eq_ignore_ascii_case(prefix));
    let all = SERVICES.iter().filter(|_| is_listed).flat_map(|service| service.operations);
    all.flat_map(Operation::actions).any(|it| it.eq_ignore_ascii_case(action))
}

/// The listed services, named as their SDKs are.
pub fn services() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|service| service.name)
}

/// What the names of the actions of `service` begin with, named as its SDK is: `events` for `eventbridge`.
#[must_use]
pub fn prefix(service: &str) -> Option<&'static str> {
    named(service).map(|service| service.prefix)
}

struct Service {
    name: &'static str,
    prefix: &'static str,
    operations: &'static [Operation],
}

const SERVICES: &[Service] = &[
    apigatewaymanagement::SERVICE,
    appconfigdata::SERVICE,
    bedrockruntime::SERVICE,
    cloudwatch::SERVICE,
    cloudwatchlogs::SERVICE,
    cognitoidentityprovider::SERVICE,
    dynamodb::SERVICE,
    dynamodbstreams::SERVICE,
    eventbridge::SERVICE,
    firehose::SERVICE,
    kinesis::SERVICE,
    kms::SERVICE,
    lambda::SERVICE,
    s3::SERVICE,
    scheduler::SERVICE,
    secretsmanager::SERVICE,
    ses::SERVICE,
    sesv2::SERVICE,
    sfn::SERVICE,
    sns::SERVICE,
    sqs::SERVICE,
    ssm::SERVICE,
    sts::SERVICE,
];

fn named(service: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|it| it.name == service)
}

/// The operations of one service, named as its SDK `as` IAM names it when that differs: by `free`, those that IAM does not
/// check; by `same`, those that need the action of their own name and no other; then the others.
///
/// A row is `Operation: [required] if { "Parameter" | "Another" => conditional } never [never]`.
macro_rules! operations {
    ($service:literal, $($rest:tt)*) => {
        super::operations! { $service as $service, $($rest)* }
    };
    (
        $service:literal as $prefix:literal,
        $(free: [$($free:ident),* $(,)?],)?
        same: [$($same:ident),* $(,)?],
        $(
            $name:ident: [$($required:literal),* $(,)?]
            $(if { $($($parameter:literal)|+ => $conditional:literal),+ $(,)? })?
            $(never [$($never:literal),+ $(,)?])?
        ),* $(,)?
    ) => {
        pub(super) const SERVICE: super::Service = super::Service {
            name: $service,
            prefix: $prefix,
            operations: &[
                $($(super::Operation {
                    service: $service,
                    name: stringify!($free),
                    required: &[],
                    conditional: &[],
                    never: &[],
                },)*)?
                $(super::Operation {
                    service: $service,
                    name: stringify!($same),
                    required: &[concat!($prefix, ":", stringify!($same))],
                    conditional: &[],
                    never: &[],
                },)*
                $(super::Operation {
                    service: $service,
                    name: stringify!($name),
                    required: &[$($required),*],
                    conditional: &[$($($(
                        super::Conditional { parameter: $parameter, action: $conditional },
                    )+)+)?],
                    never: &[$($($never),+)?],
                },)*
            ],
        };
    };
}

use operations;
