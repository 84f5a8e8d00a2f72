//! Bindings to S3 buckets, or to the objects of one whose keys start alike.

use serde_json::Value;

use crate::grants::{Actions, operation_types, operations};
use crate::resource::{Resource, Scope, binding_type};

operation_types!(DeleteObject, GetObject, HeadBucket, HeadObject, ListObjectsV2, PutObject);

operations!(Bucket<()>:
    DeleteObject = "s3:DeleteObject",
    GetObject = "s3:GetObject",
    HeadBucket = "s3:ListBucket",
    HeadObject = "s3:GetObject",
    ListObjectsV2 = "s3:ListBucket",
    PutObject = "s3:PutObject",
);

binding_type!(
    /// The objects of a bucket whose keys start with a prefix, or all of them, with the operations `A` granted on them.
    ///
    /// Its environment variable is `BUCKET/PREFIX`, the last part of the objects' ARN. Every key in a call is taken
    /// below the prefix, so that no call can leave it.
    ///
    /// `HeadBucket` needs a binding to the whole bucket: it carries no prefix, so that a grant limited to one refuses it.
    Bucket,
    aws_sdk_s3::Client,
    "s3"
);

/// Whether an action acts on a bucket itself rather than on its objects.
fn is_on_bucket(action: &str) -> bool {
    action == "s3:ListBucket"
}

impl<A: Actions<Bucket<()>>> Bucket<A> {
    /// Declares the binding in a stack: to all objects with the keys `prefix`, a literal, of the bucket `name`.
    /// `name`, `arn` and the prefix are strings or CloudFormation's intrinsic functions; typed references convert by
    /// `into()`.
    #[must_use]
    pub fn declared(variable: Value, bucket: Value, objects: Value, prefix: &str) -> Self {
        let keys = (!prefix.is_empty()).then(|| Value::String(format!("{prefix}*")));
        Self::of(Resource::Declared {
            variable,
            scopes: vec![
                Scope { includes: |action| !is_on_bucket(action), arn: objects, prefix: None },
                Scope { includes: is_on_bucket, arn: bucket, prefix: keys },
            ],
        })
    }
}

impl<A> Bucket<A> {
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

#[cfg(feature = "s3")]
pub(crate) use calls::EFFECTS;

#[cfg(feature = "s3")]
mod calls {
    use aws_sdk_s3::operation::delete_object::DeleteObjectInput;
    use aws_sdk_s3::operation::delete_object::builders::DeleteObjectFluentBuilder;
    use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
    use aws_sdk_s3::operation::head_bucket::builders::HeadBucketFluentBuilder;
    use aws_sdk_s3::operation::head_object::builders::HeadObjectFluentBuilder;
    use aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2FluentBuilder;
    use aws_sdk_s3::operation::put_object::PutObjectInput;
    use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;

    use super::{Bucket, DeleteObject, GetObject, HeadBucket, HeadObject, ListObjectsV2, PutObject};
    use crate::evidence;
    use crate::grants::Grants;
    use crate::trace::Effects;

    pub(crate) const EFFECTS: Effects = Effects {
        target: |input| {
            let put = input.downcast_ref::<PutObjectInput>().map(|it| (it.bucket(), it.key()));
            let delete = || input.downcast_ref::<DeleteObjectInput>().map(|it| (it.bucket(), it.key()));
            let (bucket, key) = put.or_else(delete)?;
            Some(format!("{}/{}", bucket?, key?))
        },
        // Events of S3 tell the request that caused them.
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
        id: |_, response| response.headers().get("x-amz-request-id").map(str::to_owned),
    };

    macro_rules! object_calls {
        ($($call:ident: $operation:ident -> $builder:ident),+ $(,)?) => {
            impl<A> Bucket<A> {
                $(
                    #[doc = concat!("The SDK's `", stringify!($call), "` of the object `key` below the prefix.")]
                    #[must_use]
                    #[track_caller]
                    pub fn $call<P>(&self, key: &str) -> $builder where A: Grants<$operation, P> {
                        evidence::call::<Self, $operation>();
                        self.client.get().$call().bucket(self.name()).key(self.key(key))
                    }
                )+
            }
        };
    }

    object_calls!(
        delete_object: DeleteObject -> DeleteObjectFluentBuilder,
        get_object: GetObject -> GetObjectFluentBuilder,
        head_object: HeadObject -> HeadObjectFluentBuilder,
        put_object: PutObject -> PutObjectFluentBuilder,
    );

    impl<A> Bucket<A> {
        /// The SDK's `head_bucket` of the bucket.
        #[must_use]
        #[track_caller]
        pub fn head_bucket<P>(&self) -> HeadBucketFluentBuilder
        where
            A: Grants<HeadBucket, P>,
        {
            evidence::call::<Self, HeadBucket>();
            self.client.get().head_bucket().bucket(self.name())
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
    }
}
