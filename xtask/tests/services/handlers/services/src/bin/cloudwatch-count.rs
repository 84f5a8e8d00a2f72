//! The function `cloudwatch-count`.

use lambda_runtime::{Error, LambdaEvent};
use services::cloudwatch_count::{self, Bindings, Sale};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Sale>| {
        cloudwatch_count::handle(bindings, event.payload);
        Ok(())
    })
    .await
}
