//! What became of an image.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use functions::api::Response;
use functions::clock;
use serde_json::json;

use super::source::Upload;
use crate::attributes::{number, text};
use crate::{identity, instant};

/// The status of an image with renditions.
pub(super) const COMPLETED: &str = "completed";

/// The status of what is no image.
pub(super) const ERROR: &str = "error";

/// The keys of the renditions.
pub(super) struct Keys {
    pub processed: String,
    pub thumbnail: String,
}

/// What became of an image.
pub(super) struct Outcome {
    /// The same whenever the same stored object comes: an event of S3 that is delivered again, or a direct invocation
    /// after it, changes nothing. An object that is written again is another image.
    pub image_id: String,
    bucket: String,
    key: String,
    /// When the object was written, in milliseconds.
    uploaded: i64,
    size: i64,
    content_type: String,
    result: Result<Keys, String>,
}

impl Outcome {
    /// What is known of an object before it is read.
    pub(super) fn of(bucket: &str, key: &str, object: &GetObjectOutput) -> Self {
        let uploaded = object.last_modified.and_then(|time| time.to_millis().ok()).unwrap_or_default();
        let tag = object.e_tag.as_deref().unwrap_or_default();
        Self {
            image_id: identity::of(&[bucket, key, tag, &uploaded.to_string()]),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            uploaded,
            size: object.content_length.unwrap_or_default(),
            content_type: object.content_type.clone().unwrap_or_else(|| "unknown".to_owned()),
            result: Err("it was not processed".to_owned()),
        }
    }

    /// An upload of which nothing is left.
    pub(super) fn gone(bucket: &str, key: &str, upload: &Upload) -> Self {
        Self {
            image_id: identity::of(&[bucket, key, &upload.sequencer]),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            uploaded: upload.time,
            size: 0,
            content_type: "unknown".to_owned(),
            result: Err("the object was deleted before it was processed".to_owned()),
        }
    }

    pub(super) fn completed(self, keys: Keys) -> Self {
        Self { result: Ok(keys), ..self }
    }

    pub(super) fn failed(self, problem: String) -> Self {
        Self { result: Err(problem), ..self }
    }

    pub(super) fn is_completed(&self) -> bool {
        self.result.is_ok()
    }

    /// The item that keeps it.
    pub(super) fn item<M: FromIterator<(String, AttributeValue)>>(&self) -> M {
        let (status, rest) = match &self.result {
            Ok(keys) => (
                COMPLETED,
                vec![("ProcessedKey", text(keys.processed.as_str())), ("ThumbnailKey", text(keys.thumbnail.as_str()))],
            ),
            Err(problem) => (ERROR, vec![("ErrorMessage", text(problem.as_str()))]),
        };
        [
            ("ImageId", text(self.image_id.as_str())),
            ("UploadTimestamp", number(self.uploaded)),
            ("OriginalBucket", text(self.bucket.as_str())),
            ("OriginalKey", text(self.key.as_str())),
            ("OriginalSize", number(self.size)),
            ("ContentType", text(self.content_type.as_str())),
            ("LastModified", text(instant::iso(self.uploaded))),
            ("ProcessedAt", text(instant::iso(clock::millis()))),
            ("ProcessedBy", text("lambda")),
            ("Status", text(status)),
        ]
        .into_iter()
        .chain(rest)
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// What a direct invocation is told, after `elapsed`; the renditions are in the buckets `processed` and `thumbnails`.
    pub(super) fn answer(&self, processed: &str, thumbnails: &str, elapsed: Duration) -> Response {
        match &self.result {
            Ok(keys) => {
                let body = json!({
                    "message": "Imagen procesada exitosamente",
                    "image_id": self.image_id,
                    "original": format!("{}/{}", self.bucket, self.key),
                    "processed": format!("{processed}/{}", keys.processed),
                    "thumbnail": format!("{thumbnails}/{}", keys.thumbnail),
                    "size_bytes": self.size,
                    "processing_time": format!("{} ms", elapsed.as_millis()),
                });
                Response::json(200, body.to_string())
            }
            Err(problem) => {
                let body = json!({ "message": problem, "field": "key", "image_id": self.image_id });
                Response::json(422, body.to_string())
            }
        }
    }
}

/// Says that somebody asked for an object that is not there.
pub(super) fn no_such_object(bucket: &str, key: &str) -> Response {
    let message = format!("`key`: there is no object `{key}` in `{bucket}`");
    Response::json(404, json!({ "message": message, "field": "key" }).to_string())
}
