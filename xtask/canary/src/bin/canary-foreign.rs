//! A program as somebody writes it who knows nothing of this project.

#[tokio::main(flavor = "current_thread")]
async fn main() {
    canary::foreign::handle().await;
}
