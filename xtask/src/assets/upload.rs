//! Brings zips to the artifacts bucket: those that are not there yet.

use anyhow::{Context as _, Result};
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::archive::Artifact;
use super::bucket::Bucket;
use crate::cloud::explain;

/// How many uploads run at once.
const PARALLEL: usize = 8;

/// Makes sure that `bucket` has the zip of each artifact; gives the artifacts that it did not have, in their order.
///
/// An object's key is the hash of its content, so one that is there is never written again.
///
/// # Errors
/// When the bucket or an object cannot be read or written.
pub async fn upload<'a>(
    s3: &Client,
    bucket: &Bucket,
    artifacts: impl IntoIterator<Item = &'a Artifact>,
) -> Result<Vec<&'a Artifact>> {
    bucket.ensure(s3).await?;
    stream::iter(artifacts)
        .map(|artifact| async move {
            let missing = !exists(s3, bucket, artifact).await?;
            if missing {
                put(s3, bucket, artifact).await?;
            }
            anyhow::Ok(missing.then_some(artifact))
        })
        .buffered(PARALLEL)
        .try_filter_map(async |uploaded| Ok(uploaded))
        .try_collect()
        .await
}

/// Whether `bucket` has the zip of `artifact`.
///
/// # Errors
/// When it cannot be read.
pub async fn exists(s3: &Client, bucket: &Bucket, artifact: &Artifact) -> Result<bool> {
    let key = artifact.key();
    let head = s3.head_object().bucket(&bucket.name).key(&key).expected_bucket_owner(&bucket.account).send().await;
    match head {
        // Half an object, as an emulator killed in the middle may leave it, is none.
        Ok(found) => Ok(found.content_length().and_then(|it| usize::try_from(it).ok()) == Some(artifact.zip.len())),
        Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(false),
        Err(error) => {
            Err(explain(error)).with_context(|| format!("`{key}` in the bucket `{}` cannot be looked up", bucket.name))
        }
    }
}

async fn put(s3: &Client, bucket: &Bucket, artifact: &Artifact) -> Result<()> {
    let key = artifact.key();
    s3.put_object()
        .bucket(&bucket.name)
        .key(&key)
        .expected_bucket_owner(&bucket.account)
        .content_type("application/zip")
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .checksum_sha256(artifact.code_sha256())
        .body(ByteStream::from(artifact.zip.clone()))
        .send()
        .await
        .map_err(explain)
        .with_context(|| format!("`{key}` cannot be uploaded to the bucket `{}`", bucket.name))?;
    Ok(())
}
