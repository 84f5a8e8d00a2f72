//! S3 buckets: their objects, encryption, versioning, lifecycle and tags.

mod backup;
mod configuration;
mod emptying;

use std::path::Path;

use futures::FutureExt as _;

use super::deviation::{Deviation, Live};
use super::existence::found;
use super::{Answer, Backup, ResourceType};
use crate::cloud::Cloud;

pub use emptying::empty;

pub(super) const TYPES: &[(&str, &dyn ResourceType)] = &[("AWS::S3::Bucket", &Bucket)];

struct Bucket;

impl ResourceType for Bucket {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        async move {
            let answer = cloud.s3.head_bucket().bucket(id).send().await;
            // Somebody else's, or one of another region: names are one space for all.
            let status = answer.as_ref().err().and_then(|error| error.raw_response()).map(|it| it.status().as_u16());
            if matches!(status, Some(301 | 403)) { Ok(Some(true)) } else { found(answer) }
        }
        .boxed()
    }

    fn contents<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<String>> {
        async move {
            match Bucket.exists(cloud, id).await? {
                Some(false) => Ok(None),
                _ => emptying::contents(cloud, id).await,
            }
        }
        .boxed()
    }

    fn backup(&self) -> Option<&dyn Backup> {
        Some(self)
    }

    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(configuration::deviations(live).boxed())
    }
}

impl Backup for Bucket {
    fn back_up<'a>(&self, cloud: &'a Cloud, id: &'a str, folder: &'a Path) -> Answer<'a, u64> {
        backup::back_up(cloud, id, folder).boxed()
    }

    fn restore<'a>(&self, cloud: &'a Cloud, id: &'a str, folder: &'a Path) -> Answer<'a, u64> {
        backup::restore(cloud, id, folder).boxed()
    }
}
