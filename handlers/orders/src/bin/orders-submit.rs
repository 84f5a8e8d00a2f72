//! The function `orders-submit`.

use functions::api::Request;
use lambda_runtime::{Error, LambdaEvent};
use orders::submit::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Request>| {
        Ok(submit::handle(bindings, &event.payload, &event.context.request_id).await)
    })
    .await
}
