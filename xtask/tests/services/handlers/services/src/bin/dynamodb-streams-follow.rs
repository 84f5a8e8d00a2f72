//! The function `dynamodb-streams-follow`.

use functions::stream::Event;
use lambda_runtime::{Error, LambdaEvent};
use services::dynamodb_streams_follow::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Event>| {
        Ok(dynamodb_streams_follow::handle(bindings, event.payload).await?)
    })
    .await
}
