//! What goes wrong on the way, and at which call.

use crate::http::{ACCOUNT, Refusal};

/// Which calls a fault strikes. Calls are counted from 1, and each attempt of a client is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// The nth call of all.
    Call(usize),
    /// The nth call of all, and each after it.
    From(usize),
    /// The nth call of an operation.
    Nth {
        /// As signatures name it: `cloudformation`, `s3`, `events`.
        service: String,
        /// The operation, such as `DescribeStacks`.
        operation: String,
        /// Which of them.
        nth: usize,
    },
    /// Every call of an operation.
    Each {
        /// As signatures name it: `cloudformation`, `s3`, `events`.
        service: String,
        /// The operation, such as `DescribeStacks`.
        operation: String,
    },
}

impl At {
    /// The nth call of an operation of a service.
    #[must_use]
    pub fn nth(service: &str, operation: &str, nth: usize) -> Self {
        Self::Nth { service: service.to_owned(), operation: operation.to_owned(), nth }
    }

    /// Every call of an operation of a service.
    #[must_use]
    pub fn each(service: &str, operation: &str) -> Self {
        Self::Each { service: service.to_owned(), operation: operation.to_owned() }
    }

    /// `number` counts all calls, `nth` those of the operation.
    pub(crate) fn strikes(&self, number: usize, service: &str, operation: &str, nth: usize) -> bool {
        match self {
            Self::Call(at) => number == *at,
            Self::From(at) => number >= *at,
            Self::Nth { service: of, operation: named, nth: at } => of == service && named == operation && nth == *at,
            Self::Each { service: of, operation: named } => of == service && named == operation,
        }
    }
}

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Too many calls: `Throttling` with status 400, or what the service calls it.
    Throttling,
    /// `InternalFailure` with status 500.
    InternalFailure,
    /// `SlowDown` of S3, `ServiceUnavailable` of others, with status 503.
    ServiceUnavailable,
    /// The call is not carried out, and the connection is closed without an answer.
    Dropped,
    /// The call is not carried out, and never answered.
    NeverAnswered,
    /// The call is carried out, and the connection is closed without an answer.
    LostAnswer,
    /// The session's token is no longer valid.
    ExpiredToken,
    /// The credentials do not allow the action.
    AccessDenied(Denial),
}

/// Which policy denies an action.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// No policy of the identity allows it.
    NoIdentityPolicy,
    /// A policy of the identity denies it.
    IdentityPolicy,
    /// The permissions boundary does not allow it.
    NoPermissionsBoundary,
    /// A service control policy denies it.
    ServiceControlPolicy,
}

impl Denial {
    fn words(self, action: &str) -> String {
        match self {
            Self::NoIdentityPolicy => format!("because no identity-based policy allows the {action} action"),
            Self::IdentityPolicy => "with an explicit deny in an identity-based policy".to_owned(),
            Self::NoPermissionsBoundary => format!("because no permissions boundary allows the {action} action"),
            Self::ServiceControlPolicy => "with an explicit deny in a service control policy".to_owned(),
        }
    }
}

/// The call that a fault strikes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Struck<'a> {
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) resource: &'a str,
}

impl Fault {
    /// What the service refuses the call with; none where there is no answer.
    pub(crate) fn refusal(self, call: Struck<'_>) -> Option<Refusal> {
        let s3 = call.service == "s3";
        // Services of JSON call their errors exceptions; those of XML do not.
        let is_json = !matches!(call.service, "cloudformation" | "sts" | "sns" | "iam" | "s3");
        let is_rest = matches!(call.service, "lambda" | "apigateway");
        let exception = |code: &str| if is_json { format!("{code}Exception") } else { code.to_owned() };
        Some(match self {
            Self::Throttling | Self::ServiceUnavailable if s3 => {
                Refusal::new(503, "SlowDown", "Please reduce your request rate.")
            }
            Self::Throttling if is_rest => Refusal::new(429, "TooManyRequestsException", "Rate exceeded"),
            Self::Throttling => Refusal::new(400, exception("Throttling"), "Rate exceeded"),
            Self::InternalFailure if s3 => {
                Refusal::new(500, "InternalError", "We encountered an internal error. Please try again.")
            }
            Self::InternalFailure => Refusal::new(500, "InternalFailure", "An internal error has occurred."),
            Self::ServiceUnavailable => Refusal::new(503, "ServiceUnavailable", "Service is unable to handle request."),
            Self::ExpiredToken if s3 => Refusal::new(400, "ExpiredToken", "The provided token has expired."),
            Self::ExpiredToken => {
                let status = if is_json && !is_rest { 400 } else { 403 };
                let message = "The security token included in the request is expired";
                Refusal::new(status, exception("ExpiredToken"), message)
            }
            Self::AccessDenied(denial) => {
                let status = if is_json && !is_rest { 400 } else { 403 };
                let Struck { service, operation, resource } = call;
                // Signatures name some services otherwise than IAM does.
                let prefix = match service {
                    "cloudcontrolapi" => "cloudformation",
                    "monitoring" => "cloudwatch",
                    service => service,
                };
                let action = format!("{prefix}:{operation}");
                // S3 and API Gateway put the resource between quotation marks.
                let resource = if s3 { format!("\"{resource}\"") } else { resource.to_owned() };
                let message = format!(
                    "User: arn:aws:iam::{ACCOUNT}:user/tester is not authorized to perform: {action} on resource: \
                     {resource} {}",
                    denial.words(&action)
                );
                Refusal::new(status, exception("AccessDenied"), message)
            }
            Self::Dropped | Self::NeverAnswered | Self::LostAnswer => return None,
        })
    }
}
