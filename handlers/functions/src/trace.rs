//! What an invocation, and each message of it, belongs to; and the lines of the log by which `trace` follows it.
//!
//! A line of the target `stackwright` says what was received, what was written or sent (`bindings` logs that), and how
//! it ended. Each tells its request, its trace and its message in the span, as all lines do that are logged meanwhile.

mod cause;

use std::collections::BTreeSet;

use aws_lambda_events::sqs::BatchItemFailure;
use futures::future::LocalBoxFuture;
use lambda_runtime::Error;
use serde::Deserialize;
use serde_json::value::RawValue;
use tracing::{Instrument as _, Span};

pub use bindings::trace::TraceHeader;
pub(crate) use cause::Cause;

tokio::task_local! {
    static INVOCATION: Invocation;
}

/// The invocation that is at work.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    request: String,
    /// The header that Lambda gave.
    header: TraceHeader,
}

/// What matters here of an answer.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: Option<u16>,
    batch_item_failures: Option<Vec<BatchItemFailure>>,
}

impl Invocation {
    /// The invocation `request`, for which Lambda gave the X-Ray header `header`.
    pub(crate) fn new(request: &str, header: Option<&str>) -> Self {
        let given = header.and_then(TraceHeader::parse);
        Self { request: request.to_owned(), header: given.unwrap_or_else(|| TraceHeader::of_id(request, None)) }
    }

    /// Does `work`, the whole of an invocation that `event` caused, and logs what came and how it ended.
    pub(crate) async fn run(
        self,
        event: &RawValue,
        // Boxed, so that what is built of it here is not of the types of all that a handler does.
        work: LocalBoxFuture<'_, Result<Box<RawValue>, Error>>,
    ) -> Result<Box<RawValue>, Error> {
        let causes = Cause::all(event, &self.header);
        for cause in &causes {
            self.span(cause).in_scope(|| cause.log());
        }
        // Where there is one cause, all that is done is done for it.
        let outer = match causes.as_slice() {
            [cause] => cause.clone(),
            _ => Cause::of_invocation(&self.header),
        };
        let header = self.header.in_trace(&outer.header);
        let work = bindings::trace::in_trace(header, work.instrument(self.span(&outer)));
        let ended = INVOCATION.scope(self.clone(), work).await;
        self.log_ends(&causes, &ended);
        ended
    }

    fn log_ends(&self, causes: &[Cause], ended: &Result<Box<RawValue>, Error>) {
        // Read once: a batch may have 10,000 messages.
        let answer: Answer = match ended {
            Ok(answer) => serde_json::from_str(answer.get()).unwrap_or_default(),
            Err(error) => {
                for cause in causes {
                    let _entered = self.span(cause).entered();
                    tracing::info!(target: "stackwright", outcome = "failed", %error, "ended");
                }
                return;
            }
        };
        let status = answer.status_code;
        let failures = answer.batch_item_failures.iter().flatten();
        let returned: BTreeSet<_> = failures.map(|it| it.item_identifier.as_str()).collect();
        for cause in causes {
            let is_returned = cause.message.as_deref().is_some_and(|id| returned.contains(id));
            let outcome = if is_returned { "returned" } else { "done" };
            let _entered = self.span(cause).entered();
            tracing::info!(target: "stackwright", outcome, status, "ended");
        }
    }

    /// Of the gravest level, so that a function that logs nothing but errors tells their request, too.
    fn span(&self, cause: &Cause) -> Span {
        tracing::error_span!(
            "message",
            requestId = self.request,
            trace_id = cause.header.id(),
            message_id = cause.message.as_deref(),
        )
    }
}

/// Does `work` on behalf of one message of a batch: its lines and calls are of the message's trace.
pub(crate) async fn of_message<T>(message: &str, header: &TraceHeader, work: impl Future<Output = T>) -> T {
    let Ok(invocation) = INVOCATION.try_with(Clone::clone) else { return work.await };
    let cause = Cause { message: Some(message.to_owned()), ..Cause::of_invocation(header) };
    let header = invocation.header.in_trace(header);
    bindings::trace::in_trace(header, work.instrument(invocation.span(&cause))).await
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex, PoisonError};

    use tracing::level_filters::LevelFilter;

    use super::*;
    use crate::logging::subscriber;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn whatever_a_function_logs_tells_its_request() {
        let lines = Lines::default();
        let writer = lines.clone();
        let _guard = tracing::subscriber::set_default(subscriber(LevelFilter::ERROR, move || writer.clone()));
        let json = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        let work = async {
            tracing::error!("late");
            Ok(json("null"))
        };
        Invocation::new("request-1", None).run(&json("{}"), Box::pin(work)).await.unwrap();
        let logged = lines.0.lock().unwrap();
        let line: serde_json::Value = serde_json::from_slice(&logged).unwrap();
        assert_eq!((&line["message"], &line["span"]["requestId"]), (&"late".into(), &"request-1".into()), "{line}");
    }
}
