//! Copies from one bucket to another, within S3: reading there and writing here.

use std::fmt::Write as _;
use std::marker::PhantomData;

use aws_sdk_s3::operation::copy_object::builders::CopyObjectFluentBuilder;
use aws_sdk_s3::operation::upload_part_copy::builders::UploadPartCopyFluentBuilder;

use super::{
    Bucket, CopyObjectFrom, CopyObjectTo, CopyObjectVersionFrom, GetObject, GetObjectVersion, PutObject,
    UploadPartCopyFrom, UploadPartCopyTo, UploadPartCopyVersionFrom,
};
use crate::{Grants, evidence};

/// A copy of a whole object.
#[derive(Debug)]
pub struct Whole;

/// A copy of an object as a part of a larger one.
#[derive(Debug)]
pub struct Part;

/// What is copied.
#[derive(Debug)]
#[must_use = "nothing is copied before it is given to a bucket"]
pub struct CopySource<C>(String, PhantomData<C>);

impl<A> Bucket<A> {
    /// The object `key` below the prefix, to be copied by [`Bucket::copy_object_to`].
    #[track_caller]
    pub fn copy_object_from<P>(&self, key: &str) -> CopySource<Whole>
    where
        A: Grants<GetObject, P>,
    {
        evidence::call::<Self, CopyObjectFrom>();
        self.source(key, None)
    }

    /// A version of the object `key` below the prefix, to be copied by [`Bucket::copy_object_to`].
    #[track_caller]
    pub fn copy_object_version_from<P>(&self, key: &str, version_id: &str) -> CopySource<Whole>
    where
        A: Grants<GetObjectVersion, P>,
    {
        evidence::call::<Self, CopyObjectVersionFrom>();
        self.source(key, Some(version_id))
    }

    /// The SDK's `copy_object` of `source` to the object `key` below the prefix.
    #[must_use]
    #[track_caller]
    pub fn copy_object_to<P>(&self, key: &str, source: CopySource<Whole>) -> CopyObjectFluentBuilder
    where
        A: Grants<PutObject, P>,
    {
        evidence::call::<Self, CopyObjectTo>();
        self.client.get().copy_object().bucket(self.name()).key(self.key(key)).copy_source(source.0)
    }

    /// The object `key` below the prefix, to be copied by [`Bucket::upload_part_copy_to`].
    #[track_caller]
    pub fn upload_part_copy_from<P>(&self, key: &str) -> CopySource<Part>
    where
        A: Grants<GetObject, P>,
    {
        evidence::call::<Self, UploadPartCopyFrom>();
        self.source(key, None)
    }

    /// A version of the object `key` below the prefix, to be copied by [`Bucket::upload_part_copy_to`].
    #[track_caller]
    pub fn upload_part_copy_version_from<P>(&self, key: &str, version_id: &str) -> CopySource<Part>
    where
        A: Grants<GetObjectVersion, P>,
    {
        evidence::call::<Self, UploadPartCopyVersionFrom>();
        self.source(key, Some(version_id))
    }

    /// The SDK's `upload_part_copy` of `source` to the object `key` below the prefix.
    #[must_use]
    #[track_caller]
    pub fn upload_part_copy_to<P>(&self, key: &str, source: CopySource<Part>) -> UploadPartCopyFluentBuilder
    where
        A: Grants<PutObject, P>,
    {
        evidence::call::<Self, UploadPartCopyTo>();
        self.client.get().upload_part_copy().bucket(self.name()).key(self.key(key)).copy_source(source.0)
    }

    fn source<C>(&self, key: &str, version_id: Option<&str>) -> CopySource<C> {
        let version = version_id.map(|id| format!("?versionId={}", encoded(id))).unwrap_or_default();
        CopySource(format!("{}/{}{version}", self.name(), encoded(&self.key(key))), PhantomData)
    }
}

/// A key as a part of a URL, which S3 wants of a source.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>
fn encoded(key: &str) -> String {
    let mut encoded = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_encoded_as_a_part_of_a_url() {
        assert_eq!(encoded("a/b c+ü.txt"), "a/b%20c%2B%C3%BC.txt");
    }
}
