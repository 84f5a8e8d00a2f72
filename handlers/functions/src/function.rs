//! How a function starts.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::logging;

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
    logging::start();
    let bindings: B =
        bindings::load().await.inspect_err(|error| tracing::error!(%error, "the function cannot start"))?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<E>| handle(&bindings, event).await)).await
}
