//! Calls through bindings that are not ours.

use canary_endpoints::{Bindings, call_all};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Ok(bindings) = bindings::load::<Bindings>().await {
        call_all(&bindings).await;
    }
}
