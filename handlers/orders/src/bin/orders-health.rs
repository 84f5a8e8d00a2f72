//! The function `orders-health`.

use lambda_runtime::{Error, LambdaEvent};
use orders::health::{self, Bindings};
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<IgnoredAny>| {
        Ok(health::handle(bindings, &event.context.request_id).await)
    })
    .await
}
