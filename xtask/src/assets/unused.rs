//! Takes zips away that nothing deployed runs any more.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_sdk_cloudformation::types::StackStatus;
use aws_sdk_s3::types::{Delete, Object, ObjectIdentifier};

use super::bucket::{Bucket, FUNCTIONS, TEMPLATES};
use super::provenance;
use crate::cloud::{Cloud, explain};

/// How old an object is at least that is taken away: whoever has just uploaded it may be about to deploy it.
const AGE: Duration = Duration::from_hours(30 * 24);

/// The most objects of one call.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>
const MOST: usize = 1000;

/// Deletes the zips and templates in `bucket` that no stack of the account and region has among its parameters; how many.
///
/// Nothing is deleted while an operation of any stack is under way or stopped half-way: taking it back may need what the
/// stack had before. On the local cloud, where nobody else deploys, age does not count.
///
/// # Errors
/// When the bucket or the stacks cannot be read, or an object cannot be deleted.
pub async fn delete(cloud: &Cloud, bucket: &Bucket) -> anyhow::Result<usize> {
    let is_old = |object: &Object| {
        let modified = object.last_modified().and_then(|it| SystemTime::try_from(*it).ok());
        let age = modified.and_then(|modified| modified.elapsed().ok()).unwrap_or_default();
        cloud.local.is_some() || age > AGE
    };
    let mut old: BTreeSet<String> = BTreeSet::new();
    let list = cloud.s3.list_objects_v2().bucket(&bucket.name).expected_bucket_owner(&bucket.account);
    let mut pages = list.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(explain)?;
        let keys = page.contents().iter().filter(|it| is_old(it)).filter_map(Object::key);
        // What somebody else put there stays.
        let own = keys.filter(|key| [FUNCTIONS, TEMPLATES].iter().any(|folder| key.starts_with(folder)));
        old.extend(own.map(str::to_owned));
    }
    if old.is_empty() {
        return Ok(0);
    }
    // Asked last: what a stack begins to use from now on is uploaded again, or younger.
    let mut stacks = cloud.cloudformation.describe_stacks().into_paginator().items().send();
    while let Some(stack) = stacks.next().await {
        let stack = stack.map_err(explain)?;
        let status = stack.stack_status().map(StackStatus::as_str).unwrap_or_default();
        if status.ends_with("_IN_PROGRESS") || status.ends_with("_FAILED") {
            return Ok(0);
        }
        for value in stack.parameters().iter().filter_map(|it| it.parameter_value()) {
            old.remove(value);
            old.remove(&provenance::key_beside(value));
        }
    }
    let unused: Vec<_> = old.into_iter().collect();
    for keys in unused.chunks(MOST) {
        let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build());
        let delete = Delete::builder().set_objects(Some(objects.collect::<Result<_, _>>()?)).quiet(true).build()?;
        let call = cloud.s3.delete_objects().bucket(&bucket.name).expected_bucket_owner(&bucket.account);
        call.delete(delete).send().await.map_err(explain)?;
    }
    Ok(unused.len())
}
