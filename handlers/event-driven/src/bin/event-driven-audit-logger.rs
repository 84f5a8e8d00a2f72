//! The function `event-driven-audit-logger`.

use event_driven::audit_logger;
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    functions::function::run(audit_logger::handle).await
}
