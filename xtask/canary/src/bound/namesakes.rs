//! Bindings with the names of those of another program, which uses the other of them.

use bindings::dynamodb::{PutItem, Table};
use serde::{Deserialize, Serialize};

/// The one that [`super::pairs`] uses is not used here.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Not used.
    pub written: Table<PutItem>,
    /// Used.
    pub named: Table<PutItem>,
}

impl bindings::Program for Bindings {
    const NAME: &'static str = "canary-namesakes";
}

/// Makes the call.
pub async fn call_all(bindings: &Bindings) {
    super::store(&bindings.named).await;
}
