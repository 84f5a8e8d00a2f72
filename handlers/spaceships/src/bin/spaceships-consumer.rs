//! The function `spaceships-consumer`.

use functions::function;
use lambda_runtime::{Error, LambdaEvent};
use spaceships::consumer::validator::Validator;
use spaceships::consumer::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let bindings: Bindings = function::start().await?;
    let validator = Validator::new(&bindings.validator_url);
    function::serve(async |event: LambdaEvent<_>| Ok(consumer::handle(&bindings, &validator, &event.payload).await?))
        .await
}
