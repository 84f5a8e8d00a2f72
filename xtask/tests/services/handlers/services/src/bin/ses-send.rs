//! The function `ses-send`.

use lambda_runtime::{Error, LambdaEvent};
use services::ses_send::{self, Bindings, Mail};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Mail>| {
        ses_send::handle(bindings, event.payload).await
    })
    .await
}
