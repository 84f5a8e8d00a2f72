//! The function `orders-processor`.

use functions::sqs::Event;
use lambda_runtime::{Error, LambdaEvent};
use orders::processor::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Event>| {
        processor::handle(bindings, &event.payload).await.map_err(Error::from)
    })
    .await
}
