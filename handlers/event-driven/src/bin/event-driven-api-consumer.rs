//! The function `event-driven-api-consumer`.

use event_driven::api_consumer;
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(api_consumer::handle).await
}
