//! A call of SQS that failed, and what that says of the next.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::display::DisplayErrorContext;

/// A call that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{cause}")]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    /// The SDK's whole chain of causes.
    cause: String,
}

/// The kinds of failures, as the metrics name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// Too many calls.
    Throttled,
    /// The worker's role does not allow it, or has no valid credentials.
    Denied,
    /// Nothing was answered: what was asked may have been done.
    Network,
    /// An error of SQS itself: what was asked may have been done.
    Service,
    /// There is no such queue.
    Missing,
    /// All else, as what this program does wrong.
    Other,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Denied => "denied",
            Self::Network => "network",
            Self::Service => "service",
            Self::Missing => "missing",
            Self::Other => "other",
        }
    }

    /// Whether SQS may have done what was asked, so that its answer is worth asking for once more.
    pub(crate) const fn may_be_done(self) -> bool {
        matches!(self, Self::Network | Self::Service)
    }

    fn of_answer(code: &str, status: u16) -> Self {
        let has = |part: &str| code.to_ascii_lowercase().contains(part);
        match status {
            429 => Self::Throttled,
            _ if has("throttl") || has("overlimit") || has("toomanyrequests") => Self::Throttled,
            401 | 403 => Self::Denied,
            _ if has("denied") || has("token") || has("security") || has("signature") => Self::Denied,
            _ if has("queuedoesnotexist") || has("nonexistentqueue") => Self::Missing,
            500.. => Self::Service,
            _ => Self::Other,
        }
    }
}

impl Failure {
    pub(crate) fn other(cause: impl Into<String>) -> Self {
        Self { kind: Kind::Other, cause: cause.into() }
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let kind = match &error {
            SdkError::TimeoutError(_) | SdkError::ResponseError(_) => Kind::Network,
            // A connection that ended early is of the last sort. Credentials that cannot be had, which come as such a
            // failure, too, are of none.
            SdkError::DispatchFailure(it) if it.is_io() || it.is_timeout() || it.as_other().is_some() => Kind::Network,
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                Kind::of_answer(answer.err().code().unwrap_or_default(), status)
            }
            _ => Kind::Other,
        };
        Self { kind, cause: DisplayErrorContext(error).to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_of_sqs_are_told_apart() {
        let of = |code, status| Kind::of_answer(code, status);
        assert_eq!(of("RequestThrottled", 400), Kind::Throttled);
        assert_eq!(of("ThrottlingException", 400), Kind::Throttled);
        assert_eq!(of("OverLimit", 400), Kind::Throttled);
        assert_eq!(of("", 429), Kind::Throttled);
        assert_eq!(of("AccessDeniedException", 400), Kind::Denied);
        assert_eq!(of("ExpiredTokenException", 400), Kind::Denied);
        assert_eq!(of("InvalidClientTokenId", 403), Kind::Denied);
        assert_eq!(of("QueueDoesNotExist", 400), Kind::Missing);
        assert_eq!(of("InternalFailure", 500), Kind::Service);
        assert_eq!(of("", 503), Kind::Service);
        assert_eq!(of("ReceiptHandleIsInvalid", 400), Kind::Other);
    }
}
