//! Puts readings into a delivery stream, which writes them into a bucket.

use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use bindings::Program;
use bindings::firehose::{DeliveryStream, PutRecord};
use functions::CallError;
use lambda_runtime::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The readings.
    pub readings: DeliveryStream<PutRecord>,
}

impl Program for Bindings {
    const NAME: &'static str = "firehose-put";
}

/// Puts the reading into the stream as a line: Firehose writes records one after the other, with nothing between.
///
/// # Errors
/// When Firehose refuses it.
pub async fn handle(bindings: &Bindings, reading: &Value) -> Result<(), Error> {
    let record = Record::builder().data(Blob::new(format!("{reading}\n"))).build()?;
    let put = bindings.readings.put_record().record(record);
    put.send().await.map_err(|error| CallError::new("put the reading", error))?;
    Ok(())
}
