//! The function `greet`.

use functions::api::Request;
use lambda_runtime::{Error, LambdaEvent};
use services::greet::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Request>| {
        Ok(greet::handle(bindings, &event.payload))
    })
    .await
}
