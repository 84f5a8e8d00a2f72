//! The function `firehose-put`.

use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;
use services::firehose_put::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Value>| {
        firehose_put::handle(bindings, &event.payload).await
    })
    .await
}
