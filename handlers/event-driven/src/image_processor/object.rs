//! Reads an object that was uploaded, within a limit.

use aws_sdk_s3::primitives::ByteStream;
use bindings::s3::{Bucket, GetObject};
use functions::CallError;
use functions::image::NotAnImage;

use crate::event::Upload;

/// Why an object could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// It never can be.
    #[error(transparent)]
    Never(#[from] Unavailable),
    /// This time.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Why an object can never be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unavailable {
    #[error("the object was deleted before it was read")]
    Gone,
    /// S3 says so of a missing object, too, to who may not list the bucket, and this function may not: it never has to.
    #[error("the object was deleted before it was read, or may not be read")]
    Refused,
    #[error("another object was put under the key before this one was read")]
    Replaced,
    #[error(transparent)]
    TooLarge(#[from] NotAnImage),
}

/// The content of the object that was uploaded, and of none that was put under its key later.
pub(super) async fn read(uploads: &Bucket<GetObject>, upload: &Upload, limit: usize) -> Result<Vec<u8>, ReadError> {
    let call = uploads.get_object(&upload.key).if_match(format!("\"{}\"", upload.etag));
    let object = call.send().await.map_err(|error| match error.raw_response().map(|it| it.status().as_u16()) {
        Some(403) => Unavailable::Refused.into(),
        Some(404) => Unavailable::Gone.into(),
        Some(412) => Unavailable::Replaced.into(),
        _ => ReadError::Call(CallError::new("get the object", error)),
    })?;
    let size = object.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or(upload.size);
    if size > limit as u64 {
        return Err(too_large(size, limit));
    }
    collect(object.body, limit).await
}

/// All of `body`, which may be longer than was said.
async fn collect(mut body: ByteStream, limit: usize) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.try_next().await.map_err(|error| CallError::new("read the object", error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > limit {
            return Err(too_large(bytes.len() as u64, limit));
        }
    }
    Ok(bytes)
}

fn too_large(size: u64, limit: usize) -> ReadError {
    Unavailable::from(NotAnImage::TooLarge(size, limit)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_is_longer_than_was_said_is_not_kept() {
        assert_eq!(collect(ByteStream::from_static(b"1234"), 4).await.unwrap(), b"1234");
        let error = collect(ByteStream::from_static(b"12345"), 4).await.unwrap_err();
        assert_eq!(error.to_string(), "the object has 5 bytes, more than the 4 that are read");
    }
}
