//! Whole batches, compressed, by the hour in which they came.

use std::io::{self, Read, Write};

use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use bindings::s3::{Bucket, GetObject, PutObject};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use functions::{CallError, clock};
use serde::{Deserialize, Serialize};

use super::batch::{Batch, Entry};
use crate::instant;

/// How long after it came first a batch that comes again is looked for in the hour before: Lambda tries an asynchronous
/// invocation again after one minute and after two more.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>
const LOOKING_BACK_MILLIS: i64 = 15 * 60 * 1_000;

/// Where a batch is.
pub(super) enum Archived {
    /// It was written by this call.
    Now { key: String, entries: Vec<Entry> },
    /// It had been written before, with these entries.
    Before { key: String, entries: Vec<Entry> },
}

/// A line of the archive, as the document has it.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    entry: Entry,
    batch_id: String,
    processed_at: String,
}

/// Writes `batch` as `YYYY/MM/DD/HH/{id}.json.gz`, unless it is there from this hour or the end of the last.
pub(super) async fn put(storage: &Bucket<(GetObject, PutObject)>, batch: &Batch) -> Result<Archived, CallError> {
    let now = clock::millis();
    let key = |millis| format!("{}/{}.json.gz", instant::hour(millis), batch.id);
    let (current, earlier) = (key(now), key(now - LOOKING_BACK_MILLIS));
    if current != earlier
        && let Some(entries) = get(storage, &earlier).await?
    {
        return Ok(Archived::Before { key: storage.key(&earlier), entries });
    }
    let entries = batch.entries(now);
    let body = compressed(&batch.id, &entries).map_err(|error| CallError::new("compress the batch", error))?;
    let written = storage
        .put_object(&current)
        .body(ByteStream::from(body))
        .content_type("application/json")
        .content_encoding("gzip")
        .metadata("log-count", entries.len().to_string())
        .metadata("batch-id", &batch.id)
        .metadata("processed-at", instant::iso(now))
        // Two that come at once: one is first, and the other goes by what that wrote.
        .if_none_match("*")
        .send()
        .await;
    match written {
        Ok(_) => Ok(Archived::Now { key: storage.key(&current), entries }),
        Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 412) => {
            let found = get(storage, &current).await?;
            found
                .map(|entries| Archived::Before { key: storage.key(&current), entries })
                .ok_or_else(|| CallError::new("put the batch's archive", error))
        }
        Err(error) => Err(CallError::new("put the batch's archive", error)),
    }
}

/// The entries of an archive, if there is one.
async fn get(storage: &Bucket<(GetObject, PutObject)>, key: &str) -> Result<Option<Vec<Entry>>, CallError> {
    let object = match storage.get_object(key).send().await {
        Ok(object) => object,
        // To whom may not list the bucket, S3 says 403 of what is not there.
        Err(error)
            if error.as_service_error().is_some_and(GetObjectError::is_no_such_key)
                || error.raw_response().is_some_and(|response| response.status().as_u16() == 403) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(CallError::new("get the batch's archive", error)),
    };
    let body = object.body.collect().await.map_err(|error| CallError::new("read the batch's archive", error))?;
    let entries = decompressed(&body.into_bytes());
    entries.map(Some).map_err(|error| CallError::new("read the batch's archive", error))
}

fn compressed(batch_id: &str, entries: &[Entry]) -> io::Result<Vec<u8>> {
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| Line {
            entry: entry.clone(),
            batch_id: batch_id.to_owned(),
            processed_at: instant::iso(entry.timestamp),
        })
        .collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer_pretty(&mut encoder, &lines)?;
    encoder.flush()?;
    encoder.finish()
}

fn decompressed(bytes: &[u8]) -> io::Result<Vec<Entry>> {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text)?;
    let lines: Vec<Line> = serde_json::from_str(&text)?;
    Ok(lines.into_iter().map(|line| line.entry).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_archive_holds_the_entries_as_the_document_has_them() {
        let batch = Batch::of(&json!({ "message": "hello", "batch_id": "b-1" }), "r-1").unwrap();
        let entries = batch.entries(1_700_000_000_123);
        let bytes = compressed(&batch.id, &entries).unwrap();
        assert_eq!(decompressed(&bytes).unwrap(), entries);

        let lines: Vec<Value> = serde_json::from_reader(GzDecoder::new(bytes.as_slice())).unwrap();
        let expected = json!([{
            "log_id": entries[0].log_id, "timestamp": 1_700_000_000_123_i64, "level": "INFO", "message": "hello",
            "service": "unknown", "user_id": "anonymous", "batch_id": "b-1", "processed_at": "2023-11-14T22:13:20.123Z",
        }]);
        assert_eq!(json!(lines), expected);
    }

    #[test]
    fn what_is_no_archive_is_an_error() {
        assert!(decompressed(b"hello").is_err());
    }
}
