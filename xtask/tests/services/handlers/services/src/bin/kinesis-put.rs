//! The function `kinesis-put`.

use lambda_runtime::{Error, LambdaEvent};
use services::kinesis_put::{self, Bindings, Click};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Click>| {
        Ok(kinesis_put::handle(bindings, event.payload).await?)
    })
    .await
}
