//! The function `dynamodb-streams-follow`.

use lambda_runtime::{Error, LambdaEvent};
use services::dynamodb_streams_follow::{self, Batch, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Batch>| {
        Ok(dynamodb_streams_follow::handle(bindings, event.payload).await?)
    })
    .await
}
