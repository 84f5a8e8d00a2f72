//! Decodes the images that were uploaded, and keeps what they are.

mod object;

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use bindings::Program;
use bindings::dynamodb::{PutItem, Table};
use bindings::s3::{Bucket, GetObject};
use functions::image::{self, Decoded, Limits};
use functions::sqs::Event as Batch;
use functions::{CallError, Record, sqs};
use lambda_runtime::{Error, LambdaEvent};
use serde::{Deserialize, Serialize};

use crate::event::{Unreadable, Upload};
use crate::once;
use object::ReadError;

/// What the image processor needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Where the objects are.
    pub uploads: Bucket<GetObject>,
    /// Where goes what they are.
    pub images: Table<PutItem>,
}

impl Program for Bindings {
    const NAME: &'static str = "event-driven-image-processor";
}

/// Why nothing could be said of an image; its message returns to the queue.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Keeps what every object of the batch is, and answers which messages must be delivered again.
///
/// # Errors
/// When a record has no message id, without which its failure could not be told: the whole batch returns.
pub async fn handle(bindings: &Bindings, event: LambdaEvent<Batch>) -> Result<SqsBatchResponse, Error> {
    Ok(sqs::process(&event.payload, async |record| keep(bindings, record).await).await?)
}

async fn keep(bindings: &Bindings, record: &Record) -> Result<(), Failure> {
    let upload = Upload::parse(&record.body)?;
    let found = match object::read(&bindings.uploads, &upload, Limits::DEFAULT.bytes).await {
        Ok(bytes) => image::decode(&bytes, Limits::DEFAULT).map_err(|why| why.to_string()),
        Err(ReadError::Never(why)) => Err(why.to_string()),
        Err(ReadError::Call(error)) => return Err(error.into()),
    };
    let item = bindings
        .images
        .put_item()
        .item("key", S(upload.key.clone()))
        // An upload is told with one sequencer, however often, and each upload of a key with its own.
        .item("sequencer", S(upload.sequencer.clone()))
        .item("etag", S(upload.etag.clone()))
        .item("size", N(upload.size.to_string()))
        .item("processed_at", N(record.first_received.to_string()));
    // What was said first holds: the object may be gone when its message comes again.
    let is_new = once::put(with(item, &found), "key").await?;
    let (message_id, key) = (&record.message_id, &upload.key);
    match found {
        Ok(image) => tracing::info!(message_id, key, is_new, format = image.format_name(), "image kept"),
        Err(error) => tracing::warn!(message_id, key, is_new, error, "kept as an error"),
    }
    Ok(())
}

fn with(item: PutItemFluentBuilder, found: &Result<Decoded, String>) -> PutItemFluentBuilder {
    match found {
        Ok(decoded) => item
            .item("status", S("ok".to_owned()))
            .item("format", S(decoded.format_name().to_owned()))
            .item("width", N(decoded.image.width().to_string()))
            .item("height", N(decoded.image.height().to_string())),
        Err(why) => item.item("status", S("error".to_owned())).item("error", S(why.clone())),
    }
}
