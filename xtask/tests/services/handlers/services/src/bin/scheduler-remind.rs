//! The function `scheduler-remind`.

use lambda_runtime::{Error, LambdaEvent};
use services::scheduler_remind::{self, Bindings, Reminder};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Reminder>| {
        scheduler_remind::handle(bindings, event.payload).await
    })
    .await
}
