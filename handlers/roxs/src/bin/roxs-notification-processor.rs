//! The function `roxs-notification-processor`.

use lambda_runtime::Error;
use roxs::notifications::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event| {
        Ok(notifications::handle(bindings, &event.payload, &event.context.request_id).await?)
    })
    .await
}
