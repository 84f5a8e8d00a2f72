//! Buckets of a deployment, by the output with their name, or by the name.

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;

use crate::deployment::Deployment;
use crate::succeeded;

/// An object of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its media type, such as `image/png`.
    pub content_type: String,
}

impl Deployment {
    /// Puts an object into a bucket, and returns its entity tag without quotes.
    pub async fn put_object(&self, bucket: &str, key: &str, content: impl Into<Vec<u8>>) -> String {
        self.put_object_as(bucket, key, "application/octet-stream", content).await
    }

    /// As [`put_object`](Self::put_object), with a media type.
    pub async fn put_object_as(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
        content: impl Into<Vec<u8>>,
    ) -> String {
        let call = self.s3.put_object().bucket(self.value(bucket)).key(key).content_type(content_type);
        let put =
            succeeded(&self.tried("putting an object into", bucket), call.body(content.into().into()).send().await);
        put.e_tag.unwrap_or_default().trim_matches('"').to_owned()
    }

    /// An object of a bucket.
    pub async fn object(&self, bucket: &str, key: &str) -> Object {
        let tried = self.tried(&format!("reading the object `{key}` of"), bucket);
        let object = succeeded(&tried, self.s3.get_object().bucket(self.value(bucket)).key(key).send().await);
        let content_type = object.content_type.unwrap_or_default();
        Object { bytes: succeeded(&tried, object.body.collect().await).to_vec(), content_type }
    }

    /// The keys of the objects of a bucket that begin with `prefix`, in order.
    pub async fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let list = self.s3.list_objects_v2().bucket(self.value(bucket)).prefix(prefix);
        let pages = list.into_paginator().send().collect::<Result<Vec<_>, _>>().await;
        let pages = succeeded(&self.tried("listing", bucket), pages);
        let objects = pages.iter().flat_map(ListObjectsV2Output::contents);
        objects.filter_map(|object| object.key().map(str::to_owned)).collect()
    }

    /// Deletes an object of a bucket.
    pub async fn delete_object(&self, bucket: &str, key: &str) {
        let call = self.s3.delete_object().bucket(self.value(bucket)).key(key);
        succeeded(&self.tried(&format!("deleting the object `{key}` of"), bucket), call.send().await);
    }
}
