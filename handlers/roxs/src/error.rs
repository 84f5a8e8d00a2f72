//! Why an invocation fails.

use functions::CallError;

/// A failure that is ours. The invocation fails with it, so that Lambda tries an asynchronous one again and in the end
/// keeps its event: an answer, whatever its status, would count as done.
///
/// It is what the invoker sees; the logs tell the cause under the id of the request.
#[derive(Debug, thiserror::Error)]
#[error("internal error; the logs of request `{request_id}` tell more")]
pub struct Failed {
    /// The id of the request.
    pub request_id: String,
}

impl Failed {
    /// Logs the cause of the failure of request `request_id`.
    pub fn because(cause: &CallError, request_id: &str) -> Self {
        tracing::error!(%cause, "the invocation failed");
        Self { request_id: request_id.to_owned() }
    }
}
