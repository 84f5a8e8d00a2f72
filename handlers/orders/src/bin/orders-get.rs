//! The function `orders-get`.

use common::api::Request;
use lambda_runtime::{Error, LambdaEvent};
use orders::get::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    common::function::run(async |bindings: &Bindings, event: LambdaEvent<Request>| {
        Ok(get::handle(bindings, &event.payload, &event.context.request_id).await)
    })
    .await
}
