//! How a function starts.

use futures::FutureExt as _;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use crate::logging;
use crate::trace::Invocation;

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

/// Starts logging and reads the function's bindings: for a function that needs more than these before it can
/// [`serve`].
///
/// # Errors
/// When the environment does not fit the bindings.
pub async fn start<B: DeserializeOwned>() -> Result<B, Error> {
    logging::start();
    Ok(bindings::load().await.inspect_err(|error| tracing::error!(%error, "the function cannot start"))?)
}

/// Gives `handle` every event from now on.
///
/// # Errors
/// When Lambda's runtime API cannot be reached.
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
    lambda_runtime::run(service_fn(handle)).await
}
