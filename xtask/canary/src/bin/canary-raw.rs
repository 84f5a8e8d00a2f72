//! Calls with the SDKs' clients in many forms.

#[tokio::main(flavor = "current_thread")]
async fn main() {
    canary::raw::call_all().await;
}
