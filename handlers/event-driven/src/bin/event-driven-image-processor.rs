//! The function `event-driven-image-processor`.

use event_driven::image_processor;
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(image_processor::handle).await
}
