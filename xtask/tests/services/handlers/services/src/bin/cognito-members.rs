//! The function `cognito-members`.

use lambda_runtime::{Error, LambdaEvent};
use services::cognito_members::{self, Bindings, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Request>| {
        Ok(cognito_members::handle(bindings, event.payload).await?)
    })
    .await
}
