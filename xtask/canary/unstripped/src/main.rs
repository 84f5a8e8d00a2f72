//! The program `canary-raw` with its symbols.

#[tokio::main(flavor = "current_thread")]
async fn main() {
    canary::raw::call_all().await;
}
