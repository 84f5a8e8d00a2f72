//! The function `step-functions-order`.

use lambda_runtime::{Error, LambdaEvent};
use services::step_functions_order::{self, Bindings, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Request>| {
        Ok(step_functions_order::handle(bindings, event.payload).await?)
    })
    .await
}
