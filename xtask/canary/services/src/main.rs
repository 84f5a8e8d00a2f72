//! Every call of every binding.

#[tokio::main(flavor = "current_thread")]
async fn main() {
    Box::pin(canary_services::call_all()).await;
}
