//! The function `event-driven-api-consumer`.

use event_driven::api_consumer;
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    common::function::run(api_consumer::handle).await
}
