//! One invocation of the handler, with one batch.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use lambda_runtime::{Config, Context, Error, LambdaEvent};
use serde_json::value::RawValue;
use tokio::time::timeout;
use uuid::Uuid;

use crate::answer::{AnswerError, given_back};
use crate::event::event;
use crate::message::Message;

/// The handler of a function.
pub(crate) type Handler<'a> =
    dyn Fn(LambdaEvent<Box<RawValue>>) -> LocalBoxFuture<'a, Result<Box<RawValue>, Error>> + 'a;

/// Why no message of a batch is processed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error("{0}")]
    Error(Error),
    #[error("it took longer than {0:?}")]
    TimedOut(Duration),
    #[error("the handler panicked: {0}")]
    Panicked(String),
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

/// One invocation.
#[derive(Debug)]
pub(crate) struct Invocation {
    context: Context,
    timeout: Duration,
}

impl Invocation {
    /// A new one, which may take `timeout` from now on.
    pub(crate) fn new(timeout: Duration) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut context = Context::default();
        context.request_id = Uuid::new_v4().to_string();
        context.deadline = u64::try_from((now + timeout).as_millis()).unwrap_or(u64::MAX);
        context.env_config = Arc::clone(&PROGRAM);
        Self { context, timeout }
    }

    /// The span that Lambda's runtime opens for an invocation, so that all lines of it tell the request. Of the gravest
    /// level, so that it is there whatever is logged.
    pub(crate) fn span(&self) -> tracing::Span {
        tracing::error_span!("Lambda runtime invoke", requestId = self.context.request_id)
    }

    /// Has `handler` work on `messages` of the queue `arn`; returns the ids that it gives back.
    pub(crate) async fn run(
        self,
        handler: &Handler<'_>,
        messages: &[Rc<Message>],
        arn: &str,
    ) -> Result<BTreeSet<String>, Failed> {
        let event = event(messages.iter().map(|message| &message.received), arn);
        let event = LambdaEvent::new(event.map_err(|error| Failed::Error(error.into()))?, self.context);
        let work = AssertUnwindSafe(async { handler(event).await }).catch_unwind();
        let answer = match timeout(self.timeout, work).await {
            Err(_) => return Err(Failed::TimedOut(self.timeout)),
            Ok(Err(panic)) => return Err(Failed::Panicked(text_of(&*panic))),
            Ok(Ok(answer)) => answer.map_err(Failed::Error)?,
        };
        let batch = messages.iter().map(|message| message.id.as_str()).collect();
        Ok(given_back(answer.get(), &batch)?)
    }
}

/// What Lambda's variables say of a function, of this program: its name, and as its log stream the pod's.
static PROGRAM: LazyLock<Arc<Config>> = LazyLock::new(|| {
    let program = std::env::current_exe().ok().and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
    let log_stream = std::env::var("HOSTNAME").unwrap_or_default();
    Arc::new(Config { function_name: program.unwrap_or_default(), log_stream, ..Config::default() })
});

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}
