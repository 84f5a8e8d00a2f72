//! Makes of each uploaded image a smaller one without metadata and a thumbnail, and keeps what they are.

mod outcome;
pub mod rendition;
pub mod source;

use std::time::Instant;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::primitives::ByteStream;
use bindings::Program;
use bindings::dynamodb::{PutItem, Table};
use bindings::s3::{Bucket, GetObject, PutObject};
use functions::CallError;
use functions::api::Response;
use functions::image::{Limits, NotAnImage};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Failed;
use crate::{attributes, instant};
use outcome::{Keys, Outcome};
use rendition::Renditions;
use source::Source;

/// How much an image may ask of the function.
const LIMITS: Limits = Limits::DEFAULT;

/// The longest key that S3 takes, in bytes.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
const MAX_KEY_BYTES: usize = 1_024;

/// How long an original's key may be to be noted beside its renditions: all notes of an object may have 2 KB.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html>
const MAX_NOTED_KEY_BYTES: usize = 1_024;

/// What the image processor needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// What was uploaded.
    pub original: Bucket<GetObject>,
    /// Where the smaller images go.
    pub processed: Bucket<PutObject>,
    /// Where the thumbnails go.
    pub thumbnails: Bucket<PutObject>,
    /// What became of each image.
    pub images: Table<PutItem>,
}

impl Program for Bindings {
    const NAME: &'static str = "roxs-image-processor";
}

/// What there is of an object to be processed.
enum Found {
    Object(Box<GetObjectOutput>),
    Nothing,
}

/// Processes what an event of S3 or a direct invocation names, see [`source::of`]; a direct invocation is told what
/// became of its image.
///
/// # Errors
/// When a service fails, which is no image's fault.
pub async fn handle(bindings: &Bindings, event: &Value, request_id: &str) -> Result<Response, Failed> {
    let sources = match source::of(event, bindings.original.name()) {
        Ok(sources) => sources,
        Err(error) => return Ok(error.into()),
    };
    let mut answers = Vec::new();
    let mut failure = None;
    for source in &sources {
        // One that fails must not keep the others waiting for the next try.
        match process(bindings, source).await {
            Ok(answer) => answers.push(answer),
            Err(error) => failure = Some(Failed::because(&error, request_id)),
        }
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    Ok(match answers.pop() {
        Some(answer) if answers.is_empty() => answer,
        _ => Response::json(200, json!({ "message": "Imágenes procesadas", "count": sources.len() }).to_string()),
    })
}

/// Writes the renditions first and the item last, for the item says that they are there. A failure between the two is
/// mended by the next try: the image's id is that of the stored object, so that it writes the same objects again.
async fn process(bindings: &Bindings, source: &Source) -> Result<Response, CallError> {
    let start = Instant::now();
    let bucket = bindings.original.name();
    let outcome = match (find(bindings, source).await?, &source.upload) {
        (Found::Object(object), _) => rendered(bindings, &source.key, *object).await?,
        (Found::Nothing, Some(upload)) => Outcome::gone(bucket, &source.key, upload),
        (Found::Nothing, None) => return Ok(outcome::no_such_object(bucket, &source.key)),
    };
    keep(bindings, &outcome).await?;
    Ok(outcome.answer(bindings.processed.name(), bindings.thumbnails.name(), start.elapsed()))
}

async fn find(bindings: &Bindings, source: &Source) -> Result<Found, CallError> {
    let error = match bindings.original.get_object(&source.key).send().await {
        Ok(object) => return Ok(Found::Object(Box::new(object))),
        Err(error) => error,
    };
    let is_gone = error.as_service_error().is_some_and(GetObjectError::is_no_such_key);
    // Whoever may not list a bucket is not told that there is no such object. An upload was there, so that it is tried
    // again; of a key that somebody gave nothing is known.
    let is_refused = error.raw_response().is_some_and(|response| response.status().as_u16() == 403);
    if is_gone || (is_refused && source.upload.is_none()) {
        Ok(Found::Nothing)
    } else {
        Err(CallError::new("get the image", error))
    }
}

/// What becomes of an object; its renditions are written.
async fn rendered(bindings: &Bindings, key: &str, object: GetObjectOutput) -> Result<Outcome, CallError> {
    let outcome = Outcome::of(bindings.original.name(), key, &object);
    let keys = Keys {
        processed: format!("{}-{key}", outcome.image_id),
        thumbnail: format!("{}-thumb-{key}", outcome.image_id),
    };
    let longest = bindings.processed.key(&keys.processed).len().max(bindings.thumbnails.key(&keys.thumbnail).len());
    if longest > MAX_KEY_BYTES {
        let problem = format!("the keys made from it would have {longest} bytes, more than {MAX_KEY_BYTES}");
        return Ok(outcome.failed(problem));
    }
    let renditions = match read(object).await? {
        Ok(bytes) => rendition::of(&bytes, LIMITS),
        Err(error) => Err(error),
    };
    match renditions {
        Ok(renditions) => {
            write(bindings, key, &outcome.image_id, &keys, renditions).await?;
            let keys = Keys {
                processed: bindings.processed.key(&keys.processed),
                thumbnail: bindings.thumbnails.key(&keys.thumbnail),
            };
            Ok(outcome.completed(keys))
        }
        Err(error) => Ok(outcome.failed(error.to_string())),
    }
}

/// The body of an object, unless it is too large to be read.
async fn read(object: GetObjectOutput) -> Result<Result<Vec<u8>, NotAnImage>, CallError> {
    let length = object.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or_default();
    if length > LIMITS.bytes as u64 {
        return Ok(Err(NotAnImage::TooLarge(length, LIMITS.bytes)));
    }
    let body = object.body.collect().await.map_err(|error| CallError::new("read the image", error))?;
    Ok(Ok(body.to_vec()))
}

async fn write(
    bindings: &Bindings,
    key: &str,
    image_id: &str,
    keys: &Keys,
    renditions: Renditions,
) -> Result<(), CallError> {
    let bucket = bindings.original.name();
    let noted = Some(source::encoded(key)).filter(|noted| noted.len() <= MAX_NOTED_KEY_BYTES).unwrap_or_default();
    bindings
        .processed
        .put_object(&keys.processed)
        .body(ByteStream::from(renditions.processed))
        .content_type(renditions.content_type)
        .metadata("original-bucket", bucket)
        .metadata("original-key", &noted)
        .metadata("processed-by", Bindings::NAME)
        .metadata("processed-at", instant::now())
        .send()
        .await
        .map_err(|error| CallError::new("put the processed image", error))?;
    bindings
        .thumbnails
        .put_object(&keys.thumbnail)
        .body(ByteStream::from(renditions.thumbnail))
        .content_type(renditions.content_type)
        .metadata("original-bucket", bucket)
        .metadata("original-key", &noted)
        .metadata("thumbnail-for", image_id)
        .send()
        .await
        .map_err(|error| CallError::new("put the thumbnail", error))?;
    Ok(())
}

/// Keeps what became of an image. What was said before of the same stored object stays, but for an error that turned
/// out to be none.
async fn keep(bindings: &Bindings, outcome: &Outcome) -> Result<(), CallError> {
    let mut put = bindings.images.put_item().set_item(Some(outcome.item()));
    put = if outcome.is_completed() {
        put.condition_expression("attribute_not_exists(ImageId) OR #status = :error")
            .expression_attribute_names("#status", "Status")
            .expression_attribute_values(":error", attributes::text(outcome::ERROR))
    } else {
        put.condition_expression("attribute_not_exists(ImageId)")
    };
    match put.send().await {
        Ok(_) => {
            tracing::info!(image_id = outcome.image_id, completed = outcome.is_completed(), "image kept");
            Ok(())
        }
        Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
            tracing::info!(image_id = outcome.image_id, "the image was kept before");
            Ok(())
        }
        Err(error) => Err(CallError::new("put the image's item", error)),
    }
}
