//! The objects of a bucket as files, with a list of what each is.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::emptying;
use crate::cloud::{Cloud, explain};

/// A line for each version, the oldest of a key first.
const LIST: &str = "versions.jsonl";

#[derive(Debug, Serialize, Deserialize)]
struct Version {
    key: String,
    /// The file with its content; none for a deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    /// In seconds since the epoch.
    modified: i64,
}

/// Copies all objects with all their versions to `folder`; how many versions there were. Files have numbers for names:
/// a key may be no name of a file.
pub(super) async fn back_up(cloud: &Cloud, bucket: &str, folder: &Path) -> anyhow::Result<u64> {
    let mut versions = Vec::new();
    let mut pages = std::pin::pin!(emptying::versions(cloud, bucket));
    while let Some(page) = pages.try_next().await? {
        for it in page.versions() {
            let modified = it.last_modified().map_or(0, DateTime::as_nanos);
            versions.push((
                modified,
                it.key().unwrap_or_default().to_owned(),
                it.version_id().map(str::to_owned),
                true,
            ));
        }
        for it in page.delete_markers() {
            let modified = it.last_modified().map_or(0, DateTime::as_nanos);
            versions.push((modified, it.key().unwrap_or_default().to_owned(), None, false));
        }
    }
    // S3 lists the newest version of a key first; equal times keep that order.
    versions.reverse();
    versions.sort_by_key(|(modified, ..)| *modified);
    let mut list = File::create(folder.join(LIST)).await?;
    let mut count = 0;
    for (modified, key, version_id, is_object) in versions {
        let modified = i64::try_from(modified / 1_000_000_000)?;
        let mut line = Version { key, file: None, content_type: None, metadata: BTreeMap::new(), modified };
        if is_object {
            count += 1;
            let file = format!("{count:08}");
            let call = cloud.s3.get_object().bucket(bucket).key(&line.key).expected_bucket_owner(&cloud.account);
            // What was written before versioning has the id `null`.
            let object = call.set_version_id(version_id).send().await.map_err(explain)?;
            line.content_type = object.content_type;
            line.metadata = object.metadata.into_iter().flatten().collect();
            let mut content = object.body.into_async_read();
            let mut target = File::create(folder.join(&file)).await?;
            tokio::io::copy(&mut content, &mut target)
                .await
                .with_context(|| format!("`{}` of `{bucket}`", line.key))?;
            target.sync_all().await?;
            line.file = Some(file);
        }
        list.write_all(format!("{}\n", serde_json::to_string(&line)?).as_bytes()).await?;
    }
    list.sync_all().await?;
    Ok(count)
}

/// Puts the objects of `folder` into a bucket, each version in its turn; how many there were.
pub(super) async fn restore(cloud: &Cloud, bucket: &str, folder: &Path) -> anyhow::Result<u64> {
    let path = folder.join(LIST);
    let mut lines = BufReader::new(File::open(&path).await?).lines();
    let (mut number, mut count) = (0_u64, 0);
    while let Some(line) = lines.next_line().await? {
        number += 1;
        let version: Version =
            serde_json::from_str(&line).with_context(|| format!("`{}`, line {number}: no version", path.display()))?;
        let Some(file) = version.file else {
            let call = cloud.s3.delete_object().bucket(bucket).key(version.key);
            call.expected_bucket_owner(&cloud.account).send().await.map_err(explain)?;
            continue;
        };
        let content = ByteStream::from_path(folder.join(file)).await?;
        let call = cloud.s3.put_object().bucket(bucket).key(version.key).expected_bucket_owner(&cloud.account);
        let call =
            call.set_content_type(version.content_type).set_metadata(Some(version.metadata.into_iter().collect()));
        call.body(content).send().await.map_err(explain)?;
        count += 1;
    }
    Ok(count)
}
