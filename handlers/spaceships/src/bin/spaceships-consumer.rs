//! The function `spaceships-consumer`.

use functions::logging;
use functions::sqs::Event;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use spaceships::consumer::validator::Validator;
use spaceships::consumer::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logging::start();
    let bindings: Bindings =
        bindings::load().await.inspect_err(|error| tracing::error!(%error, "the function cannot start"))?;
    let validator = Validator::new(&bindings.validator_url);
    let handle = async |event: LambdaEvent<Event>| {
        consumer::handle(&bindings, &validator, &event.payload).await.map_err(Error::from)
    };
    lambda_runtime::run(service_fn(handle)).await
}
