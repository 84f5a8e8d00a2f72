//! The function `order-requests-processing`.

use lambda_runtime::{Error, LambdaEvent};
use order_requests::processing::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<_>| {
        Ok(processing::handle(bindings, &event.payload).await?)
    })
    .await
}
