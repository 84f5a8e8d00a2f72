//! A handler of a service that the bindings do not know: it declares a binding of its own.

pub mod sagemakerruntime;

use sagemakerruntime::{Endpoint, InvokeEndpoint, InvokeEndpointAsync};
use serde::{Deserialize, Serialize};

/// What the handler needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Answers at once.
    pub fraud: Endpoint<InvokeEndpoint>,
    /// Not used.
    pub prices: Endpoint<InvokeEndpoint>,
    /// Answers some time.
    pub forecasts: Endpoint<InvokeEndpointAsync>,
}

impl bindings::Program for Bindings {
    const NAME: &'static str = "canary-endpoints";
}

/// Makes the calls.
pub async fn call_all(bindings: &Bindings) {
    drop(bindings.fraud.invoke_endpoint().send().await);
    drop(bindings.forecasts.invoke_endpoint_async().send().await);
}
