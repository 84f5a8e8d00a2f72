//! The function `roxs-api-handler`.

use lambda_runtime::Error;
use roxs::api::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event| {
        Ok(api::handle(bindings, &event.payload, &event.context.request_id).await)
    })
    .await
}
