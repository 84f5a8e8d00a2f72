//! The function `roxs-log-processor`.

use lambda_runtime::Error;
use roxs::logs::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event| {
        Ok(logs::handle(bindings, &event.payload, &event.context.request_id).await?)
    })
    .await
}
