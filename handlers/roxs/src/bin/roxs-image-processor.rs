//! The function `roxs-image-processor`.

use lambda_runtime::Error;
use roxs::images::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event| {
        Ok(images::handle(bindings, &event.payload, &event.context.request_id).await?)
    })
    .await
}
