//! The function `web-socket-say`.

use lambda_runtime::{Error, LambdaEvent};
use services::web_socket_say::{self, Bindings, Said};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(async |bindings: &Bindings, event: LambdaEvent<Said>| {
        web_socket_say::handle(bindings, event.payload).await
    })
    .await
}
