//! The function `spaceships-calculator`.

use lambda_runtime::Error;
use spaceships::calculator::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event| {
        Ok(calculator::handle(bindings, &event.payload, &event.context.request_id).await)
    })
    .await
}
