//! The function `spaceships-counts`.

use std::convert::Infallible;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use spaceships::counts::{self, Bindings};
use spaceships::logging;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logging::start();
    let bindings: Bindings =
        bindings::load().await.inspect_err(|error| tracing::error!(%error, "the function cannot start"))?;
    let handle = async |event: LambdaEvent<Value>| {
        Ok::<_, Infallible>(counts::handle(&bindings, &event.payload, &event.context.request_id).await)
    };
    lambda_runtime::run(service_fn(handle)).await
}
