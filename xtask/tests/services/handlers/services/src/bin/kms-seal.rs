//! The function `kms-seal`.

use lambda_runtime::{Error, LambdaEvent};
use services::kms_seal::{self, Bindings, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Request>| {
        kms_seal::handle(bindings, event.payload).await
    })
    .await
}
