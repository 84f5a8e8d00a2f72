//! The text of a template, as a call gives it.

use super::invalid;
use crate::account::Account;
use crate::http::{Refusal, percent_decoded};

/// The largest template that fits into a request, and the largest of all.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const INLINE_BYTES: usize = 51_200;
const MOST_BYTES: usize = 1_000_000;

/// The template that a call gives, or whose address it gives.
pub(crate) fn given(account: &Account, body: Option<&str>, url: Option<&str>) -> Result<String, Refusal> {
    match (body, url) {
        (Some(body), None) if body.len() > INLINE_BYTES => Err(invalid(format!(
            "1 validation error detected: Value '{body}' at 'templateBody' failed to satisfy constraint: Member must have \
             length less than or equal to {INLINE_BYTES}"
        ))),
        (Some(body), None) => Ok(body.to_owned()),
        (None, Some(url)) => download(account, url),
        _ => Err(invalid("Either Template URL or Template Body must be specified.")),
    }
}

/// The template at an address of S3, whose path or host names the bucket.
fn download(account: &Account, url: &str) -> Result<String, Refusal> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = percent_decoded(path);
    let by_host = host.split_once(".s3.").map(|(bucket, _)| (bucket, path.as_str()));
    let place = by_host.or_else(|| path.split_once('/'));
    let content = place.and_then(|(bucket, key)| account.buckets.get(bucket)?.get(key));
    let content = content.ok_or_else(|| {
        invalid(
            "S3 error: Access Denied\nFor more information check \
             http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
        )
    })?;
    if content.len() > MOST_BYTES {
        return Err(invalid(format!("Template may not exceed {MOST_BYTES} bytes in size.")));
    }
    Ok(String::from_utf8_lossy(content).into_owned())
}
