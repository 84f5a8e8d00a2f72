//! The function `secrets-manager-check`.

use lambda_runtime::{Error, LambdaEvent};
use services::secrets_manager_check::{self, Attempt, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Attempt>| {
        Ok(secrets_manager_check::handle(bindings, &event.payload).await?)
    })
    .await
}
