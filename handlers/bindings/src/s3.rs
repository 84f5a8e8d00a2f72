//! Bindings to S3 buckets, or to the objects of one whose keys start alike.
//!
//! The SDK's builder of a call can also sign a URL for it, by `presigned`: whoever has the URL makes the call with the
//! rights of the function. An object of one bucket is copied into another by `copy_object_from` and `copy_object_to`.

use serde_json::Value;

use crate::declaration::Condition;
use crate::resource::{Target, literal};

#[cfg(feature = "s3")]
mod copy;
#[cfg(feature = "s3")]
mod several;
#[cfg(feature = "s3")]
mod versions;

#[cfg(feature = "s3")]
pub use copy::{CopySource, Part, Whole};

crate::binding! {
    /// The objects of a bucket whose keys start with a prefix, or all of them, with the operations `A` granted on them.
    ///
    /// Its environment variable is `BUCKET/PREFIX`, the last part of the objects' ARN. Every key in a call is taken
    /// below the prefix, so that no call can leave it.
    ///
    /// `HeadBucket` and `ListMultipartUploads` need a binding to the whole bucket: they carry no prefix, so that a grant
    /// limited to one would refuse them.
    pub struct Bucket;
    use aws_sdk_s3 telling Written if (feature = "s3");

    AbortMultipartUpload: "s3:AbortMultipartUpload" on "{arn}/{below}*" =>
        abort_multipart_upload(key: &str) -> AbortMultipartUploadFluentBuilder { bucket: name(), key: key(key) };
    CompleteMultipartUpload: "s3:PutObject" on "{arn}/{below}*" =>
        complete_multipart_upload(key: &str) -> CompleteMultipartUploadFluentBuilder { bucket: name(), key: key(key) };
    CreateMultipartUpload: "s3:PutObject" on "{arn}/{below}*" =>
        create_multipart_upload(key: &str) -> CreateMultipartUploadFluentBuilder { bucket: name(), key: key(key) };
    DeleteObject: "s3:DeleteObject" on "{arn}/{below}*" =>
        delete_object(key: &str) -> DeleteObjectFluentBuilder { bucket: name(), key: key(key) };
    DeleteObjects: "s3:DeleteObject" on "{arn}/{below}*" => delete_objects by hand;
    DeleteObjectTagging: "s3:DeleteObjectTagging" on "{arn}/{below}*" =>
        delete_object_tagging(key: &str) -> DeleteObjectTaggingFluentBuilder { bucket: name(), key: key(key) };
    DeleteObjectVersion: "s3:DeleteObjectVersion" on "{arn}/{below}*" => delete_object_version by hand;
    DeleteObjectVersionTagging: "s3:DeleteObjectVersionTagging" on "{arn}/{below}*" =>
        delete_object_version_tagging by hand;
    GetObject: "s3:GetObject" on "{arn}/{below}*" =>
        get_object(key: &str) -> GetObjectFluentBuilder { bucket: name(), key: key(key) };
    GetObjectAttributes: "s3:GetObject" on "{arn}/{below}*", "s3:GetObjectAttributes" on "{arn}/{below}*" =>
        get_object_attributes(key: &str) -> GetObjectAttributesFluentBuilder { bucket: name(), key: key(key) };
    GetObjectTagging: "s3:GetObjectTagging" on "{arn}/{below}*" =>
        get_object_tagging(key: &str) -> GetObjectTaggingFluentBuilder { bucket: name(), key: key(key) };
    GetObjectVersion: "s3:GetObjectVersion" on "{arn}/{below}*" => get_object_version by hand;
    GetObjectVersionAttributes:
        "s3:GetObjectVersion" on "{arn}/{below}*", "s3:GetObjectVersionAttributes" on "{arn}/{below}*" =>
        get_object_version_attributes by hand;
    GetObjectVersionTagging: "s3:GetObjectVersionTagging" on "{arn}/{below}*" => get_object_version_tagging by hand;
    HeadBucket: "s3:ListBucket" on "{whole_bucket}" => head_bucket() -> HeadBucketFluentBuilder { bucket: name() };
    HeadObject: "s3:GetObject" on "{arn}/{below}*" =>
        head_object(key: &str) -> HeadObjectFluentBuilder { bucket: name(), key: key(key) };
    HeadObjectVersion: "s3:GetObjectVersion" on "{arn}/{below}*" => head_object_version by hand;
    ListMultipartUploads: "s3:ListBucketMultipartUploads" on "{whole_bucket}" =>
        list_multipart_uploads() -> ListMultipartUploadsFluentBuilder { bucket: name() };
    ListObjectVersions: "s3:ListBucketVersions" => list_object_versions by hand;
    ListObjectsV2: "s3:ListBucket" => list_objects_v2 by hand;
    ListParts: "s3:ListMultipartUploadParts" on "{arn}/{below}*" =>
        list_parts(key: &str) -> ListPartsFluentBuilder { bucket: name(), key: key(key) };
    PutObject: "s3:PutObject" on "{arn}/{below}*" =>
        put_object(key: &str) -> PutObjectFluentBuilder { bucket: name(), key: key(key) };
    PutObjectTagging: "s3:PutObjectTagging" on "{arn}/{below}*" =>
        put_object_tagging(key: &str) -> PutObjectTaggingFluentBuilder { bucket: name(), key: key(key) };
    PutObjectVersionTagging: "s3:PutObjectVersionTagging" on "{arn}/{below}*" => put_object_version_tagging by hand;
    RestoreObject: "s3:RestoreObject" on "{arn}/{below}*" =>
        restore_object(key: &str) -> RestoreObjectFluentBuilder { bucket: name(), key: key(key) };
    UploadPart: "s3:PutObject" on "{arn}/{below}*" =>
        upload_part(key: &str) -> UploadPartFluentBuilder { bucket: name(), key: key(key) };
}

crate::binding! {
    /// The objects of a bucket that have a tag of a value, below a prefix or anywhere, with the operations `A` granted on
    /// them: reading what S3 compares with the tags of the object that is there. Without the tag, or without the object, a
    /// call is denied.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-and-policies.html>
    pub struct TaggedObjects beside Bucket;
    use aws_sdk_s3 if (feature = "s3");

    GetObject: "s3:GetObject" on "{arn}/{below}*" =>
        get_object(key: &str) -> GetObjectFluentBuilder { bucket: name(), key: key(key) };
    GetObjectAttributes: "s3:GetObject" on "{arn}/{below}*", "s3:GetObjectAttributes" on "{arn}/{below}*" =>
        get_object_attributes(key: &str) -> GetObjectAttributesFluentBuilder { bucket: name(), key: key(key) };
    GetObjectTagging: "s3:GetObjectTagging" on "{arn}/{below}*" =>
        get_object_tagging(key: &str) -> GetObjectTaggingFluentBuilder { bucket: name(), key: key(key) };
    GetObjectVersion: "s3:GetObjectVersion" on "{arn}/{below}*" => get_object_version by hand;
    GetObjectVersionAttributes:
        "s3:GetObjectVersion" on "{arn}/{below}*", "s3:GetObjectVersionAttributes" on "{arn}/{below}*" =>
        get_object_version_attributes by hand;
    GetObjectVersionTagging: "s3:GetObjectVersionTagging" on "{arn}/{below}*" => get_object_version_tagging by hand;
    HeadObject: "s3:GetObject" on "{arn}/{below}*" =>
        head_object(key: &str) -> HeadObjectFluentBuilder { bucket: name(), key: key(key) };
    HeadObjectVersion: "s3:GetObjectVersion" on "{arn}/{below}*" => head_object_version by hand;
}

/// All objects of the bucket `arn` with the keys `prefix`, a literal. `variable` is the bucket's name, a slash and the
/// prefix. Both are strings or CloudFormation's intrinsic functions; typed references convert by themselves.
#[must_use]
pub fn target(variable: Value, arn: Value, prefix: &str) -> Target {
    let below = literal(prefix);
    let keys = Condition::new("StringLike", "s3:prefix", [format!("{below}*")]);
    let target = Target::new(variable, arn.clone()).with("below", Value::String(below));
    if prefix.is_empty() { target.with("whole_bucket", arn) } else { target.when("{arn}", keys) }
}

/// Of the objects that [`target`] leads to, those that have the tag `key` with this value.
#[must_use]
pub fn tagged(target: Target, key: &str, value: &str) -> Target {
    target.when(
        "{arn}/{below}*",
        Condition::new("StringEquals", &format!("s3:ExistingObjectTag/{key}"), [literal(value)]),
    )
}

macro_rules! keys {
    ($($binding:ident),+) => {
        $(
            impl<A> $binding<A> {
                /// The bucket's name.
                #[must_use]
                pub fn name(&self) -> &str {
                    self.parts().0
                }

                /// What all keys start with; empty for the whole bucket.
                #[must_use]
                pub fn prefix(&self) -> &str {
                    self.parts().1
                }

                /// The whole key of the object `key` below the prefix.
                #[must_use]
                pub fn key(&self, key: &str) -> String {
                    format!("{}{key}", self.prefix())
                }

                fn parts(&self) -> (&str, &str) {
                    self.resource.name().split_once('/').unwrap_or((self.resource.name(), ""))
                }
            }
        )+
    };
}

keys!(Bucket, TaggedObjects);

#[cfg(feature = "s3")]
crate::evidence::ways!(
    CopyObjectFrom of GetObject,
    CopyObjectTo of PutObject,
    CopyObjectVersionFrom of GetObjectVersion,
    DeleteObjectVersions of DeleteObjectVersion,
    UploadPartCopyFrom of GetObject,
    UploadPartCopyTo of PutObject,
    UploadPartCopyVersionFrom of GetObjectVersion,
);

#[cfg(feature = "s3")]
pub use written::Written;

#[cfg(feature = "s3")]
mod written {
    use aws_sdk_s3::operation::complete_multipart_upload::CompleteMultipartUploadInput;
    use aws_sdk_s3::operation::copy_object::CopyObjectInput;
    use aws_sdk_s3::operation::delete_object::DeleteObjectInput;
    use aws_sdk_s3::operation::put_object::PutObjectInput;
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use crate::trace::{Effects, parameter};

    /// Tells of objects that are written.
    #[derive(Debug)]
    pub struct Written;

    impl Effects for Written {
        fn target(input: &Input) -> Option<String> {
            let bucket = parameter!(input;
                PutObjectInput: bucket, DeleteObjectInput: bucket, CopyObjectInput: bucket,
                CompleteMultipartUploadInput: bucket,
            )?;
            let key = parameter!(input;
                PutObjectInput: key, DeleteObjectInput: key, CopyObjectInput: key, CompleteMultipartUploadInput: key,
            )?;
            Some(format!("{bucket}/{key}"))
        }

        // Events of S3 tell the request that caused them.
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
        fn id(_: &Output, response: &HttpResponse) -> Option<String> {
            response.headers().get("x-amz-request-id").map(str::to_owned)
        }
    }
}
