//! Puts clicks into a stream.

use aws_sdk_kinesis::primitives::Blob;
use bindings::Program;
use bindings::kinesis::{PutRecord, Stream};
use functions::CallError;
use serde::{Deserialize, Serialize};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The clicks.
    pub clicks: Stream<PutRecord>,
}

impl Program for Bindings {
    const NAME: &'static str = "kinesis-put";
}

/// A click on a page.
#[derive(Debug, Deserialize)]
pub struct Click {
    /// The page.
    pub page: String,
}

/// Puts the click into the stream: those of one page keep their order.
///
/// # Errors
/// When Kinesis refuses it.
pub async fn handle(bindings: &Bindings, click: Click) -> Result<(), CallError> {
    let put = bindings.clicks.put_record().partition_key(&click.page).data(Blob::new(click.page));
    put.send().await.map_err(|error| CallError::new("put the click", error))?;
    Ok(())
}
