//! The function `ssm-price`.

use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;
use services::ssm_price::{self, Bindings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, _: LambdaEvent<Value>| Ok(ssm_price::handle(bindings).await?))
        .await
}
