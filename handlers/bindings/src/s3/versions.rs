//! Calls on versions of objects, for which S3 asks for actions of their own.

use aws_sdk_s3::operation::delete_object::builders::DeleteObjectFluentBuilder;
use aws_sdk_s3::operation::delete_object_tagging::builders::DeleteObjectTaggingFluentBuilder;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::operation::get_object_attributes::builders::GetObjectAttributesFluentBuilder;
use aws_sdk_s3::operation::get_object_tagging::builders::GetObjectTaggingFluentBuilder;
use aws_sdk_s3::operation::head_object::builders::HeadObjectFluentBuilder;
use aws_sdk_s3::operation::put_object_tagging::builders::PutObjectTaggingFluentBuilder;

use super::{
    Bucket, DeleteObjectVersion, DeleteObjectVersionTagging, GetObjectVersion, GetObjectVersionAttributes,
    GetObjectVersionTagging, HeadObjectVersion, PutObjectVersionTagging, TaggedObjects,
};
use crate::{Grants, evidence};

macro_rules! versions {
    ($binding:ident: $($call:ident: $operation:ident as $of:ident -> $builder:ident),+ $(,)?) => {
        impl<A> $binding<A> {
            $(
                #[doc = concat!("The SDK's `", stringify!($of), "` of a version of the object `key` below the prefix.")]
                #[must_use]
                #[track_caller]
                pub fn $call<P>(&self, key: &str, version_id: impl Into<String>) -> $builder
                where
                    A: Grants<$operation, P>,
                {
                    evidence::call::<Self, $operation>();
                    self.client.get().$of().bucket(self.name()).key(self.key(key)).version_id(version_id)
                }
            )+
        }
    };
}

versions!(
    Bucket:
    delete_object_version: DeleteObjectVersion as delete_object -> DeleteObjectFluentBuilder,
    delete_object_version_tagging: DeleteObjectVersionTagging as delete_object_tagging -> DeleteObjectTaggingFluentBuilder,
    get_object_version: GetObjectVersion as get_object -> GetObjectFluentBuilder,
    get_object_version_attributes: GetObjectVersionAttributes as get_object_attributes -> GetObjectAttributesFluentBuilder,
    get_object_version_tagging: GetObjectVersionTagging as get_object_tagging -> GetObjectTaggingFluentBuilder,
    head_object_version: HeadObjectVersion as head_object -> HeadObjectFluentBuilder,
    put_object_version_tagging: PutObjectVersionTagging as put_object_tagging -> PutObjectTaggingFluentBuilder,
);

versions!(
    TaggedObjects:
    get_object_version: GetObjectVersion as get_object -> GetObjectFluentBuilder,
    get_object_version_attributes: GetObjectVersionAttributes as get_object_attributes -> GetObjectAttributesFluentBuilder,
    get_object_version_tagging: GetObjectVersionTagging as get_object_tagging -> GetObjectTaggingFluentBuilder,
    head_object_version: HeadObjectVersion as head_object -> HeadObjectFluentBuilder,
);
