//! Buckets: their objects, and what is in them.

use std::io::Read as _;

use anyhow::Context as _;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{done, require};
use crate::cloud::explain;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::services::cloudformation::Resource;

/// How many objects a page has.
const PAGE: i32 = 100;
/// How many bytes of an object are shown as text.
const PREVIEW: usize = 64 * 1024;
/// How large a picture that is shown may be.
const LARGEST_PICTURE: i64 = 16 * 1024 * 1024;

/// How files of pictures begin that browsers show and that hold no code.
const PICTURES: [(&[u8], &str); 5] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"RIFF", "image/webp"),
];

/// Which objects are asked for.
#[derive(Debug, Deserialize)]
pub struct Objects {
    prefix: Option<String>,
    after: Option<String>,
}

/// An object.
#[derive(Debug, Deserialize)]
pub struct Object {
    key: String,
}

/// A picture.
#[derive(Debug)]
pub struct Picture {
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

fn bucket<'a>(stack: &'a RunningStack, id: &str) -> anyhow::Result<&'a Resource> {
    require(stack, id, &["AWS::S3::Bucket"], "bucket")
}

/// A page of objects.
pub(super) async fn objects(
    stack: &RunningStack,
    id: &str,
    Objects { prefix, after }: Objects,
) -> anyhow::Result<Json> {
    let bucket = bucket(stack, id)?;
    let call =
        stack.cloud.s3.list_objects_v2().bucket(&bucket.physical_id).max_keys(PAGE).set_continuation_token(after);
    let answer = call.set_prefix(prefix.filter(|it| !it.is_empty())).send().await.map_err(explain)?;
    let objects = answer.contents().iter().map(|it| {
        let modified = it.last_modified().and_then(|it| it.to_millis().ok());
        json!({"key": it.key(), "size": it.size(), "modified": modified})
    });
    Ok(json!({"objects": objects.collect::<Vec<_>>(), "next": answer.next_continuation_token()}))
}

/// The beginning of an object as text, or that it is a picture; with its media type.
pub(super) async fn object(stack: &RunningStack, id: &str, Object { key }: &Object) -> anyhow::Result<Json> {
    let bucket = bucket(stack, id)?;
    let head = stack.cloud.s3.head_object().bucket(&bucket.physical_id).key(key).send().await.map_err(explain)?;
    let mut shown = preview(stack, bucket, key, head.content_length().unwrap_or_default()).await?;
    shown["type"] = head.content_type().into();
    Ok(shown)
}

async fn preview(stack: &RunningStack, bucket: &Resource, key: &str, size: i64) -> anyhow::Result<Json> {
    if size == 0 {
        // It has no range that could be asked for.
        return Ok(json!({"text": "", "whole": true}));
    }
    let call = stack.cloud.s3.get_object().bucket(&bucket.physical_id).key(key);
    let answer = call.range(format!("bytes=0-{}", PREVIEW - 1)).send().await.map_err(explain)?;
    let bytes = answer.body.collect().await.context("the object cannot be read")?.to_vec();
    if picture_type(&bytes).is_some() {
        return Ok(json!({"picture": size <= LARGEST_PICTURE}));
    }
    let is_whole = i64::try_from(bytes.len()).is_ok_and(|read| read >= size);
    let (bytes, is_whole, is_packed) = match unpacked(&bytes) {
        Some((unpacked, ended)) => (unpacked, is_whole && ended, true),
        None => (bytes, is_whole, false),
    };
    Ok(match text_of(&bytes, is_whole) {
        Some(text) => json!({"text": text, "whole": is_whole, "packed": is_packed}),
        None => json!({"binary": true}),
    })
}

/// The beginning of what gzip packed into `bytes`, and whether it is all of them; nothing when it packed nothing.
fn unpacked(bytes: &[u8]) -> Option<(Vec<u8>, bool)> {
    bytes.starts_with(b"\x1f\x8b").then_some(())?;
    let mut unpacked = Vec::new();
    let limit = u64::try_from(PREVIEW).unwrap_or(u64::MAX);
    let mut decoder = MultiGzDecoder::new(bytes).take(limit);
    // The end may be missing: what came before it is shown.
    let is_sound = decoder.read_to_end(&mut unpacked).is_ok();
    (!unpacked.is_empty()).then(|| (unpacked, is_sound && decoder.limit() > 0))
}

/// Deletes an object.
pub(super) async fn delete(stack: &RunningStack, id: &str, Object { key }: &Object) -> anyhow::Result<Json> {
    let bucket = bucket(stack, id)?;
    let call = stack.cloud.s3.delete_object().bucket(&bucket.physical_id).key(key);
    call.send().await.map_err(explain)?;
    Ok(done())
}

/// An object that is a picture.
pub(super) async fn picture(stack: &RunningStack, id: &str, key: &str) -> anyhow::Result<Picture> {
    let bucket = bucket(stack, id)?;
    let answer = stack.cloud.s3.get_object().bucket(&bucket.physical_id).key(key).send().await.map_err(explain)?;
    if answer.content_length().is_some_and(|it| it > LARGEST_PICTURE) {
        return Err(Failure::new("the picture is too large to be shown").exit(Exit::Usage).into());
    }
    let bytes = answer.body.collect().await.context("the object cannot be read")?.to_vec();
    let media_type = picture_type(&bytes);
    let media_type = media_type.ok_or_else(|| Failure::new("the object is no picture").exit(Exit::Usage))?;
    Ok(Picture { media_type, bytes })
}

fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    let (_, media_type) = PICTURES.iter().find(|(start, _)| bytes.starts_with(start))?;
    // Sounds and films begin as WebP does.
    let is_other = *media_type == "image/webp" && bytes.get(8..12) != Some(b"WEBP");
    (!is_other).then_some(*media_type)
}

/// The bytes as text, when they are; the last character may be cut where there is more.
fn text_of(bytes: &[u8], is_whole: bool) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if !is_whole && error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
    .filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_told_by_its_bytes() {
        assert_eq!(picture_type(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(picture_type(b"RIFF....WEBPVP8 "), Some("image/webp"));
        assert_eq!(picture_type(b"RIFF....WAVEfmt "), None);
        // It may hold scripts.
        assert_eq!(picture_type(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), None);
        assert_eq!(picture_type(b""), None);
    }

    #[test]
    fn what_is_packed_is_unpacked_as_far_as_it_is_shown() {
        let pack = |text: &[u8]| {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut packer, text).unwrap();
            packer.finish().unwrap()
        };
        let packed = pack(b"a log");
        assert_eq!(unpacked(&packed), Some((b"a log".to_vec(), true)));
        assert_eq!(unpacked(&packed[..packed.len() - 4]), Some((b"a log".to_vec(), false)));
        let (text, is_whole) = unpacked(&pack(&vec![b'x'; 100 * PREVIEW])).unwrap();
        assert!(text.len() == PREVIEW && !is_whole);
        assert_eq!(unpacked(b"a log"), None);
    }

    #[test]
    fn text_that_is_cut_ends_before_the_character_that_was_cut() {
        assert_eq!(text_of("añ".as_bytes(), true), Some("añ"));
        assert_eq!(text_of(&"añ".as_bytes()[..2], false), Some("a"));
        assert_eq!(text_of(&"añ".as_bytes()[..2], true), None);
        assert_eq!(text_of(b"a\0b", true), None);
    }
}
