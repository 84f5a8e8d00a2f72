//! The function `step-functions-charge`.

use lambda_runtime::{Error, LambdaEvent};
use services::step_functions_charge::{self, Bindings, Order};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |_: &Bindings, event: LambdaEvent<Order>| {
        Ok(step_functions_charge::handle(&event.payload))
    })
    .await
}
