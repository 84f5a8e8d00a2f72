//! The function `order-requests-request`.

use lambda_runtime::Error;
use order_requests::request::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event| {
        Ok(request::handle(bindings, &event.payload, &event.context.request_id).await)
    })
    .await
}
