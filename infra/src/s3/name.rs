//! What a bucket is called, and its objects.

use std::borrow::Cow;

use bindings::resource::literal;

use super::Bucket;
use crate::reference::{LogicalId, Ref};
use crate::value::{Intrinsic, Value};

/// The name of a bucket, known before the bucket is: `{base}-{account}-{region}`, for no two buckets of all AWS may
/// have one name.
///
/// A bucket that notifies a function refers to it, and can be added only after it. The function's role and its
/// permission cannot refer to the bucket then, which would be a cycle: they are made from its name.
///
/// ```
/// use infra::s3::{Bucket, BucketName};
/// use infra::{Stack, Stage};
///
/// let mut stack = Stack::new("images", &Stage::default());
/// let name = BucketName::new("originals");
/// stack.named("Originals").add(Bucket { bucket_name: Some(name.into()), ..Bucket::default() });
/// assert_eq!(Some(name.into()), stack.resources_of::<Bucket>().next().unwrap().1.bucket_name);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketName(LogicalId);

const SUFFIX: &str = "-${AWS::AccountId}-${AWS::Region}";

impl BucketName {
    /// The longest that the name before account and region may be: a bucket's has 63 characters, an account's 12, and
    /// a region's at most 14.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
    pub const MAX_BASE: usize = 63 - 1 - 12 - 1 - 14;

    /// The name that begins with `base`: lower-case letters, digits, hyphens and dots.
    pub fn new(base: impl Into<Cow<'static, str>>) -> Self {
        Self(LogicalId::new(base))
    }

    /// What a name begins with that was made from a `BucketName`.
    pub(crate) fn base_of(name: &Value) -> Option<&str> {
        let Value::Intrinsic(Intrinsic::Sub(name)) = name else { return None };
        name.marked().strip_suffix(SUFFIX)
    }

    /// The bucket's ARN.
    #[must_use]
    pub fn arn(self) -> Value {
        Value::from(self).surrounded("arn:${AWS::Partition}:s3:::", "")
    }

    /// The objects whose keys start with `prefix`.
    #[must_use]
    pub fn objects(self, prefix: &'static str) -> Objects {
        Objects { bucket_name: self.into(), bucket_arn: self.arn(), prefix }
    }
}

impl From<BucketName> for Value {
    fn from(name: BucketName) -> Self {
        Self::sub(format!("{}{SUFFIX}", name.0))
    }
}

/// The objects of a bucket whose keys start alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objects {
    pub(crate) bucket_name: Value,
    pub(crate) bucket_arn: Value,
    pub(crate) prefix: &'static str,
}

impl Objects {
    /// The ARN that stands for all of them.
    #[must_use]
    pub fn arn(&self) -> Value {
        self.bucket_arn.surrounded("", &format!("/{}*", literal(self.prefix).replace("${", "${!")))
    }
}

/// The objects of a bucket that have a tag: what a binding [`bindings::s3::TaggedObjects`] grants.
///
/// S3 compares the tags of the object that is there: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-and-policies.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedObjects {
    pub(crate) objects: Objects,
    pub(crate) key: &'static str,
    pub(crate) value: &'static str,
}

impl Objects {
    /// Those that have the tag `key` with this value: up to 128 and 256 letters, digits, spaces and `+-=._:/@`.
    ///
    /// ```
    /// use bindings::s3::{GetObject, TaggedObjects};
    /// use infra::s3::Bucket;
    /// use infra::{Stack, Stage};
    ///
    /// let mut stack = Stack::new("orders", &Stage::default());
    /// let files = stack.named("Files").add(Bucket::default());
    /// let public: TaggedObjects<GetObject> = files.objects("2026/").tagged("class", "public").into();
    /// ```
    #[must_use]
    pub const fn tagged(self, key: &'static str, value: &'static str) -> TaggedObjects {
        TaggedObjects { objects: self, key, value }
    }
}

impl Ref<Bucket> {
    /// The objects whose keys start with `prefix`.
    #[must_use]
    pub fn objects(self, prefix: &'static str) -> Objects {
        Objects { bucket_name: self.into(), bucket_arn: self.arn().into(), prefix }
    }
}
