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

/// A way in which a binding makes a call, of another name than the operation of the SDK: a part of a transaction, a source
/// of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// Its name: `TransactPutItem`.
    pub name: &'static str,
    /// The operation that grants it: `PutItem`.
    pub granted_by: &'static str,
    /// The operation of the SDK by which a program shows it: `TransactWriteItems`.
    pub shown_as: &'static str,
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

/// What the operations of the bindings need that have other names than those of the SDKs: parts of transactions, and
/// calls on versions of objects, for which IAM asks for an action of its own.
#[must_use]
pub fn of_bindings(service: &str) -> &'static [Operation] {
    named(service).map_or(&[], |service| service.of_bindings)
}

/// The operation `name` of `service`, as a binding grants it.
#[must_use]
pub fn granted(service: &str, name: &str) -> Option<&'static Operation> {
    of(service)?.iter().chain(of_bindings(service)).find(|it| it.name == name)
}

/// The other ways in which bindings make calls of `service`.
#[must_use]
pub fn ways(service: &str) -> &'static [Way] {
    named(service).map_or(&[], |service| service.ways)
}

/// The operation by which a program shows the call `name` of a binding: of the same name, but for the other ways.
#[must_use]
pub fn shown_as<'a>(service: &str, name: &'a str) -> &'a str {
    ways(service).iter().find(|way| way.name == name).map_or(name, |way| way.shown_as)
}

/// The listed services, named as their SDKs are.
pub fn services() -> impl Iterator<Item = &'static str> + Clone {
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
    of_bindings: &'static [Operation],
    ways: &'static [Way],
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
///
/// Last come the calls of bindings that have other names than the operation of the SDK, before `as`: `by` says which
/// operation grants one; those without it are operations of bindings of their own, with the actions that they need.
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
        $(; ways:
            $($way:ident as $shown:ident by $granting:ident),* ;
            $($own:ident as $own_shown:ident: [$($own_action:literal),+]),* $(,)?
        )?
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
            of_bindings: &[$($(super::Operation {
                service: $service,
                name: stringify!($own),
                required: &[$($own_action),+],
                conditional: &[],
                never: &[],
            },)*)?],
            ways: &[$(
                $(super::Way {
                    name: stringify!($way),
                    granted_by: stringify!($granting),
                    shown_as: stringify!($shown),
                },)*
                $(super::Way {
                    name: stringify!($own),
                    granted_by: stringify!($own),
                    shown_as: stringify!($own_shown),
                },)*
            )?],
        };
    };
}

use operations;
