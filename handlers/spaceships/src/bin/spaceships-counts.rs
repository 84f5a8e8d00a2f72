//! The function `spaceships-counts`.

use lambda_runtime::Error;
use spaceships::counts::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event| {
        Ok(counts::handle(bindings, &event.payload, &event.context.request_id).await)
    })
    .await
}
