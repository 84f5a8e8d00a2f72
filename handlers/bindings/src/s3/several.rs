//! Calls on several objects.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::operation::delete_objects::builders::DeleteObjectsFluentBuilder;
use aws_sdk_s3::operation::list_object_versions::builders::ListObjectVersionsFluentBuilder;
use aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2FluentBuilder;
use aws_sdk_s3::types::builders::ObjectIdentifierBuilder;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::{Bucket, DeleteObjectVersion, DeleteObjectVersions, DeleteObjects, ListObjectVersions, ListObjectsV2};
use crate::{Grants, evidence};

impl<A> Bucket<A> {
    /// The SDK's `delete_objects` of the objects `keys` below the prefix, up to 1000.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>
    ///
    /// # Errors
    /// When there are no keys.
    #[track_caller]
    pub fn delete_objects<'k, P>(
        &self,
        keys: impl IntoIterator<Item = &'k str>,
    ) -> Result<DeleteObjectsFluentBuilder, BuildError>
    where
        A: Grants<DeleteObjects, P>,
    {
        evidence::call::<Self, DeleteObjects>();
        self.delete(keys.into_iter().map(|key| ObjectIdentifier::builder().key(self.key(key))))
    }

    /// The SDK's `delete_objects` of versions of objects below the prefix, up to 1000, each with its key and its id.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>
    ///
    /// # Errors
    /// When there are no versions.
    #[track_caller]
    pub fn delete_object_versions<'k, P>(
        &self,
        versions: impl IntoIterator<Item = (&'k str, &'k str)>,
    ) -> Result<DeleteObjectsFluentBuilder, BuildError>
    where
        A: Grants<DeleteObjectVersion, P>,
    {
        evidence::call::<Self, DeleteObjectVersions>();
        self.delete(versions.into_iter().map(|(key, id)| ObjectIdentifier::builder().key(self.key(key)).version_id(id)))
    }

    fn delete(
        &self,
        objects: impl Iterator<Item = ObjectIdentifierBuilder>,
    ) -> Result<DeleteObjectsFluentBuilder, BuildError> {
        let objects = objects.map(ObjectIdentifierBuilder::build).collect::<Result<Vec<_>, _>>()?;
        let objects = Some(objects).filter(|it| !it.is_empty());
        let delete = Delete::builder().set_objects(objects).build()?;
        Ok(self.client.get().delete_objects().bucket(self.name()).delete(delete))
    }

    /// The SDK's `list_objects_v2` of the objects below the prefix whose keys go on with `start`, mostly empty.
    #[must_use]
    #[track_caller]
    pub fn list_objects_v2<P>(&self, start: &str) -> ListObjectsV2FluentBuilder
    where
        A: Grants<ListObjectsV2, P>,
    {
        evidence::call::<Self, ListObjectsV2>();
        let call = self.client.get().list_objects_v2().bucket(self.name());
        let prefix = self.key(start);
        if prefix.is_empty() { call } else { call.prefix(prefix) }
    }

    /// The SDK's `list_object_versions` of the objects below the prefix whose keys go on with `start`, mostly empty.
    #[must_use]
    #[track_caller]
    pub fn list_object_versions<P>(&self, start: &str) -> ListObjectVersionsFluentBuilder
    where
        A: Grants<ListObjectVersions, P>,
    {
        evidence::call::<Self, ListObjectVersions>();
        let call = self.client.get().list_object_versions().bucket(self.name());
        let prefix = self.key(start);
        if prefix.is_empty() { call } else { call.prefix(prefix) }
    }
}
