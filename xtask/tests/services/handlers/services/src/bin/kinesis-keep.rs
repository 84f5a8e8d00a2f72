//! The function `kinesis-keep`.

use lambda_runtime::{Error, LambdaEvent};
use services::kinesis_keep::{self, Batch, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Batch>| {
        Ok(kinesis_keep::handle(bindings, event.payload).await?)
    })
    .await
}
