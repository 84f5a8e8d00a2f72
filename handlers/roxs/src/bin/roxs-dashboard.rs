//! The function `roxs-dashboard`.

use lambda_runtime::{Error, LambdaEvent};
use roxs::dashboard::{self, Bindings};
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<IgnoredAny>| {
        let context = &event.context;
        Ok(dashboard::handle(bindings, &context.env_config.function_name, &context.request_id).await)
    })
    .await
}
