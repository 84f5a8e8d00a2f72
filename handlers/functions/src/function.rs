//! How a function starts, and where it has its events from.
//!
//! What starts a program decides that: in Lambda, which sets `AWS_LAMBDA_RUNTIME_API`, it is Lambda. Else a program that is
//! built with the feature `worker` consumes the queues in `WORKER_QUEUE_URLS`, as on Kubernetes; the crate
//! `stackwright-worker` says what else its environment tells it.

use bindings::Program;
use bindings::message::{Call, Carried, Message};
use futures::FutureExt as _;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use crate::logging;
use crate::trace::Invocation;

/// Where Lambda's runtime API is, by which it gives events:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

const NOT_LAMBDA: &str = "environment: `AWS_LAMBDA_RUNTIME_API` is not set, which Lambda sets";

/// Starts logging, reads the function's bindings, and gives `handle` every event from then on.
///
/// # Errors
/// When the environment does not fit the bindings, or Lambda's runtime API cannot be reached.
pub async fn run<B, E, R>(handle: impl AsyncFn(&B, LambdaEvent<E>) -> Result<R, Error>) -> Result<(), Error>
where
    B: DeserializeOwned,
    E: DeserializeOwned,
    R: Serialize,
{
    let bindings: B = start().await?;
    serve(async |event| handle(&bindings, event).await).await
}

/// The same for a function that is invoked with the type that its program says it takes.
///
/// # Errors
/// When the environment does not fit the bindings, or Lambda's runtime API cannot be reached.
pub async fn run_input<B, I, R>(handle: impl AsyncFn(&B, LambdaEvent<I>) -> Result<R, Error>) -> Result<(), Error>
where
    B: Program<I> + DeserializeOwned,
    I: Carried + DeserializeOwned,
    R: Serialize,
{
    run(handle).await
}

/// The same for a function that answers with the type that its program says, as well.
///
/// # Errors
/// When the environment does not fit the bindings, or Lambda's runtime API cannot be reached.
pub async fn run_call<B, I, O>(handle: impl AsyncFn(&B, LambdaEvent<I>) -> Result<O, Error>) -> Result<(), Error>
where
    B: Program<Call<I, O>> + DeserializeOwned,
    I: Message + DeserializeOwned,
    O: Message,
{
    run(handle).await
}

/// Starts logging and reads the function's bindings: for a function that needs more than these before it can
/// [`serve`].
///
/// # Errors
/// When the environment does not fit the bindings.
pub async fn start<B: DeserializeOwned>() -> Result<B, Error> {
    logging::start();
    Ok(bindings::load().await.inspect_err(|error| tracing::error!(%error, "the function cannot start"))?)
}

/// Gives `handle` every event from now on: until Lambda ends the process, or a worker is told to end.
///
/// # Errors
/// When Lambda's runtime API cannot be reached, or a worker cannot start. When nothing says where events come from.
pub async fn serve<E, R>(handle: impl AsyncFn(LambdaEvent<E>) -> Result<R, Error>) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
{
    let handle = async |event: LambdaEvent<Box<RawValue>>| {
        let (raw, context) = event.into_parts();
        let invocation = Invocation::new(&context.request_id, context.xray_trace_id.as_deref());
        let work = async {
            let payload =
                serde_json::from_str(raw.get()).map_err(|error| format!("the event is unexpected: {error}"))?;
            let answer = handle(LambdaEvent::new(payload, context)).await?;
            Ok::<_, Error>(to_raw_value(&answer)?)
        };
        invocation.run(&raw, work.boxed_local()).await
    };
    if std::env::var_os(RUNTIME_API).is_some() {
        return lambda_runtime::run(service_fn(handle)).await;
    }
    consume(handle).await.inspect_err(|error| tracing::error!(%error, "the program cannot work"))
}

/// Gives `handle` the messages of the queues in the environment.
#[cfg(feature = "worker")]
async fn consume(
    handle: impl AsyncFn(LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, Error>,
) -> Result<(), Error> {
    if std::env::var_os(worker::QUEUE_URLS).is_none() {
        let queues = worker::QUEUE_URLS;
        return Err(format!("{NOT_LAMBDA}, and neither is `{queues}`, which has a worker consume queues").into());
    }
    // As text, for that is what `main` writes of it.
    let settings = worker::Settings::read(|name| std::env::var(name).ok()).map_err(|error| error.to_string())?;
    let worker = worker::Worker::start(bindings::runtime::config().await, settings);
    Ok(worker.map_err(|error| error.to_string())?.run(handle).await.map_err(|error| error.to_string())?)
}

/// There is nothing but Lambda that gives events.
#[cfg(not(feature = "worker"))]
#[expect(clippy::unused_async, reason = "it is asynchronous with the feature")]
async fn consume(
    _handle: impl AsyncFn(LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, Error>,
) -> Result<(), Error> {
    Err(format!("{NOT_LAMBDA}: to consume queues elsewhere, build with `--features functions/worker`").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests run in neither.
    #[tokio::test]
    async fn a_program_that_nothing_gives_events_says_what_is_missing() {
        let error = serve(async |_: LambdaEvent<serde_json::Value>| Ok(())).await.unwrap_err().to_string();
        let start = "environment: `AWS_LAMBDA_RUNTIME_API` is not set, which Lambda sets";
        assert!(error.starts_with(start), "{error}");
        let way = if cfg!(feature = "worker") { "`WORKER_QUEUE_URLS`" } else { "`--features functions/worker`" };
        assert!(error.contains(way), "{error}");
    }
}
