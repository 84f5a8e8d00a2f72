//! Errors of AWS calls.

use aws_smithy_types::error::display::DisplayErrorContext;

/// A call of an AWS service that failed: the operation, and the SDK's whole chain of causes. It is for logs, never for
/// callers.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {cause}")]
pub struct CallError {
    operation: &'static str,
    cause: String,
}

impl CallError {
    /// `operation`, in words, failed with `error`.
    pub fn new(operation: &'static str, error: impl std::error::Error) -> Self {
        Self { operation, cause: DisplayErrorContext(error).to_string() }
    }
}
