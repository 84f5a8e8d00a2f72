//! Says what an article costs: a parameter, which changes without a deployment.

use bindings::Program;
use bindings::ssm::{GetParameter, Parameter};
use functions::CallError;
use serde::{Deserialize, Serialize};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// What one costs.
    pub price: Parameter<GetParameter>,
}

impl Program for Bindings {
    const NAME: &'static str = "ssm-price";
}

/// The price, as it is now.
///
/// # Errors
/// When Systems Manager refuses.
pub async fn handle(bindings: &Bindings) -> Result<Option<String>, CallError> {
    let got = bindings.price.get_parameter().send().await.map_err(|error| CallError::new("read the price", error))?;
    Ok(got.parameter.and_then(|parameter| parameter.value))
}
