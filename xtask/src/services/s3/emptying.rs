//! What buckets hold, and how they are emptied: S3 deletes a bucket only when nothing is left in it.

use std::time::Duration;

use aws_sdk_s3::operation::head_bucket::HeadBucketError;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{Delete, Error as S3Error, MultipartUpload, ObjectIdentifier};
use futures::stream::{self, Stream, StreamExt as _, TryStreamExt as _};

use crate::cloud::{Cloud, explain};
use crate::failure::Failure;
use crate::services::quantity;
use crate::ui;

/// How many calls that delete run at once: S3 answers a few thousand deletions a second for each prefix.
const PARALLEL: usize = 4;

/// After how many versions the rest is not counted.
const COUNTED: u64 = 10_000;

/// The longest pause before keys are deleted again for which S3 asked for patience.
const LONGEST_PAUSE: Duration = Duration::from_secs(32);

/// After how many deleted versions it is said how far the work is.
const PROGRESS: u64 = 50_000;

/// How many keys that could not be deleted are named.
const NAMED: usize = 5;

/// What a bucket holds: `3 objects and 2 older versions`; `None` when it holds nothing.
///
/// Delete markers hold nothing. After 10,000 versions the rest is not counted.
pub(super) async fn contents(cloud: &Cloud, bucket: &str) -> anyhow::Result<Option<String>> {
    let (mut objects, mut older) = (0_u64, 0_u64);
    let mut pages = std::pin::pin!(versions(cloud, bucket));
    let mut is_exact = true;
    while let Some(page) = pages.try_next().await? {
        let latest = page.versions().iter().filter(|version| version.is_latest() == Some(true)).count();
        objects += latest as u64;
        older += (page.versions().len() - latest) as u64;
        if objects + older >= COUNTED && page.is_truncated() == Some(true) {
            is_exact = false;
            break;
        }
    }
    let parts: Vec<_> = [(objects, "object"), (older, "older version")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| quantity(count, unit))
        .collect();
    let text = parts.join(" and ");
    Ok((!parts.is_empty()).then(|| if is_exact { text } else { format!("at least {text}") }))
}

/// Deletes all objects of the bucket with all their versions and delete markers, and what was uploaded in part; how
/// many versions and markers there were. A bucket that does not exist is empty.
///
/// # Errors
/// When S3 refuses a call, or to delete a key.
pub async fn empty(cloud: &Cloud, bucket: &str) -> anyhow::Result<u64> {
    let head = cloud.s3.head_bucket().bucket(bucket).send().await;
    if head.is_err_and(|error| error.as_service_error().is_some_and(HeadBucketError::is_not_found)) {
        return Ok(0);
    }
    let batches = versions(cloud, bucket).map_ok(|page| identifiers(&page)).try_filter(|batch| {
        let is_full = !batch.is_empty();
        async move { is_full }
    });
    let deletions = batches.map_ok(|batch| async move { delete(cloud, bucket, batch).await });
    let mut deletions = std::pin::pin!(deletions.try_buffer_unordered(PARALLEL));
    let (mut deleted, mut said, mut refused) = (0, 0, Vec::new());
    while let Some((count, why)) = deletions.try_next().await? {
        deleted += count;
        refused.extend(why);
        if deleted - said >= PROGRESS {
            said = deleted;
            ui::say(format!("    `{bucket}`: {} deleted so far", quantity(deleted, "version")));
        }
    }
    if !refused.is_empty() {
        let named = refused.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("\n       ");
        let more = refused.len().saturating_sub(NAMED);
        let more = if more > 0 { format!("\n       and {more} more") } else { String::new() };
        return Err(Failure::new(format!("`{bucket}` cannot be emptied: {named}{more}")).into());
    }
    abort_uploads(cloud, bucket).await?;
    Ok(deleted)
}

/// The pages of the bucket's versions, up to 1,000 on each: as many as one call deletes.
pub(super) fn versions<'a>(
    cloud: &'a Cloud,
    bucket: &'a str,
) -> impl Stream<Item = anyhow::Result<ListObjectVersionsOutput>> + 'a {
    stream::try_unfold(Some((None, None)), move |markers: Option<(Option<String>, Option<String>)>| async move {
        let Some((key, version)) = markers else { return Ok(None) };
        let call = cloud.s3.list_object_versions().bucket(bucket).expected_bucket_owner(&cloud.account);
        let page = call.set_key_marker(key).set_version_id_marker(version).send().await.map_err(explain)?;
        let marker = |marker: Option<&str>| marker.map(str::to_owned);
        let next = (marker(page.next_key_marker()), marker(page.next_version_id_marker()));
        let more = page.is_truncated() == Some(true) && next.0.is_some();
        Ok(Some((page, more.then_some(next))))
    })
}

fn identifiers(page: &ListObjectVersionsOutput) -> Vec<ObjectIdentifier> {
    let versions = page.versions().iter().map(|it| (it.key(), it.version_id()));
    let markers = page.delete_markers().iter().map(|it| (it.key(), it.version_id()));
    let identifier = |(key, version): (Option<&str>, Option<&str>)| {
        ObjectIdentifier::builder().key(key?).set_version_id(version.map(str::to_owned)).build().ok()
    };
    versions.chain(markers).filter_map(identifier).collect()
}

/// How many were to be deleted, and why some were not. S3 may ask for patience with single keys.
async fn delete(cloud: &Cloud, bucket: &str, batch: Vec<ObjectIdentifier>) -> anyhow::Result<(u64, Vec<String>)> {
    let count = batch.len() as u64;
    let mut left = batch;
    let mut pause = Duration::from_millis(500);
    loop {
        let delete = Delete::builder().set_objects(Some(left)).quiet(true).build()?;
        let call = cloud.s3.delete_objects().bucket(bucket).expected_bucket_owner(&cloud.account);
        let answer = call.delete(delete).send().await.map_err(explain)?;
        let is_passing = |it: &&S3Error| matches!(it.code(), Some("SlowDown" | "InternalError" | "ServiceUnavailable"));
        let (passing, refused): (Vec<_>, Vec<_>) = answer.errors().iter().partition(is_passing);
        if passing.is_empty() || !refused.is_empty() || pause > LONGEST_PAUSE {
            return Ok((count, answer.errors().iter().map(words).collect()));
        }
        let identifier = |it: &&S3Error| {
            let version = it.version_id().map(str::to_owned);
            ObjectIdentifier::builder().key(it.key()?).set_version_id(version).build().ok()
        };
        left = passing.iter().filter_map(identifier).collect();
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}

fn words(error: &S3Error) -> String {
    let why = error.message().or(error.code()).unwrap_or("no reason given");
    format!("`{}`: {why}", error.key().unwrap_or_default())
}

async fn abort_uploads(cloud: &Cloud, bucket: &str) -> anyhow::Result<()> {
    loop {
        // Aborted uploads are no longer listed, so the first page is always the next.
        let call = cloud.s3.list_multipart_uploads().bucket(bucket).expected_bucket_owner(&cloud.account);
        let page = call.send().await.map_err(explain)?;
        let aborted = page.uploads().iter().map(|upload| abort(cloud, bucket, upload));
        stream::iter(aborted).buffer_unordered(PARALLEL).try_collect::<Vec<_>>().await?;
        if page.is_truncated() != Some(true) {
            return Ok(());
        }
    }
}

async fn abort(cloud: &Cloud, bucket: &str, upload: &MultipartUpload) -> anyhow::Result<()> {
    let call = cloud.s3.abort_multipart_upload().bucket(bucket).expected_bucket_owner(&cloud.account);
    let call = call.set_key(upload.key.clone()).set_upload_id(upload.upload_id.clone());
    call.send().await.map(|_| ()).map_err(explain)
}
