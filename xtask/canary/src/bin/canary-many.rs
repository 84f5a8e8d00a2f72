//! Many operations.

use canary::many::{Clients, call};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (service, name) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    call(&Clients::default(), &service, &name).await;
}
