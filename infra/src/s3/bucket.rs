//! Buckets.

use serde::{Serialize, Serializer};

use super::{BucketName, NotificationConfiguration};
use crate::check::Check;
use crate::reference::{HasArn, Resource};
use crate::units::Days;
use crate::value::Value;

/// A bucket: encrypted, closed to the public and owned by its account unless said otherwise.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Bucket {
    /// 3 to 63 lower-case letters, digits, hyphens and dots, unique in all of AWS: see [`super::BucketName`]. Changing
    /// it replaces the bucket.
    pub bucket_name: Option<Value>,
    /// With which key its objects are encrypted.
    pub bucket_encryption: BucketEncryption,
    /// What of public access is refused, whatever policies say.
    #[serde(rename = "PublicAccessBlockConfiguration")]
    pub public_access_block: PublicAccessBlock,
    /// Who owns objects that others write.
    #[serde(rename = "OwnershipControls", serialize_with = "ownership")]
    pub object_ownership: ObjectOwnership,
    /// Whether overwritten and deleted objects are kept as versions. It cannot go back to never.
    #[serde(rename = "VersioningConfiguration")]
    pub versioning: Option<Versioning>,
    /// What happens to objects as they age, up to 1,000 rules.
    #[serde(rename = "LifecycleConfiguration", serialize_with = "rules", skip_serializing_if = "Vec::is_empty")]
    pub lifecycle_rules: Vec<LifecycleRule>,
    /// What it tells whom.
    #[serde(skip_serializing_if = "NotificationConfiguration::is_empty")]
    pub notification_configuration: NotificationConfiguration,
}

/// With which key the objects of a bucket are encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BucketEncryption {
    /// S3's own key: SSE-S3.
    #[default]
    S3Managed,
    /// A key of KMS, by its ARN: SSE-KMS, with a bucket key, which saves most calls of KMS.
    Kms {
        /// The ARN of the key.
        key: Value,
    },
}

/// What of public access is refused, whatever policies and access control lists say. By default, all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_excessive_bools, reason = "the four switches that S3 has")]
pub struct PublicAccessBlock {
    /// Refuses to set public access control lists.
    pub block_public_acls: bool,
    /// Refuses to set public bucket policies.
    pub block_public_policy: bool,
    /// Ignores public access control lists.
    pub ignore_public_acls: bool,
    /// Lets only services and principals of the account use a bucket with a public policy.
    pub restrict_public_buckets: bool,
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        Self {
            block_public_acls: true,
            block_public_policy: true,
            ignore_public_acls: true,
            restrict_public_buckets: true,
        }
    }
}

/// Who owns objects that other accounts write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum ObjectOwnership {
    /// The bucket's owner; access control lists are off.
    #[default]
    BucketOwnerEnforced,
    /// The bucket's owner, when the writer says so.
    BucketOwnerPreferred,
    /// The writer.
    ObjectWriter,
}

/// Whether overwritten and deleted objects are kept as versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "Status")]
pub enum Versioning {
    /// They are kept.
    Enabled,
    /// They are kept no longer; older versions stay.
    Suspended,
}

/// What happens to the objects whose keys start with a prefix as they age.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LifecycleRule {
    /// Up to 255 characters, unique in the bucket.
    pub id: &'static str,
    /// How the keys start; empty for all objects.
    pub prefix: &'static str,
    /// When objects are deleted.
    pub expiration: Option<Expiration>,
    /// When overwritten and deleted versions are deleted, at least 1 day after they became so.
    pub noncurrent_version_expiration: Option<Days<1>>,
    /// When the parts of an upload that was never completed are deleted, at least 1 day after its start.
    pub abort_incomplete_multipart_upload: Option<Days<1>>,
    /// When objects move to other storage classes.
    pub transitions: Vec<Transition>,
}

/// When objects are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiration {
    /// So many days after they were created, at least 1.
    After(Days<1>),
    /// As soon as a delete marker is all that is left of them.
    OfDeleteMarkers,
}

/// When objects move to another storage class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Transition {
    /// Where to.
    pub storage_class: StorageClass,
    /// After how many days.
    #[serde(rename = "TransitionInDays")]
    pub after: Days<0>,
}

/// Where objects are kept, by how soon and how often they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StorageClass {
    /// Where S3 finds is cheapest by how each object is read.
    IntelligentTiering,
    /// Rarely, at once; from 30 days of age.
    StandardIa,
    /// Rarely, at once, in one zone; from 30 days of age.
    OnezoneIa,
    /// About once a quarter, at once.
    GlacierIr,
    /// About once a year, in minutes to hours.
    Glacier,
    /// Less than once a year, in 12 hours.
    DeepArchive,
}

impl Serialize for BucketEncryption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rule = match self {
            Self::S3Managed => serde_json::json!({"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}),
            Self::Kms { key } => serde_json::json!({
                "BucketKeyEnabled": true,
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
            }),
        };
        serde_json::json!({"ServerSideEncryptionConfiguration": [rule]}).serialize(serializer)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn ownership<S: Serializer>(ownership: &ObjectOwnership, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::json!({"Rules": [{"ObjectOwnership": ownership}]}).serialize(serializer)
}

fn rules<S: Serializer>(rules: &[LifecycleRule], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Wire<'a> {
        rules: &'a [LifecycleRule],
    }
    Wire { rules }.serialize(serializer)
}

impl Serialize for LifecycleRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct NoncurrentVersionExpiration {
            noncurrent_days: Days<1>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct AbortIncompleteMultipartUpload {
            days_after_initiation: Days<1>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            id: &'a str,
            status: &'static str,
            prefix: Option<&'a str>,
            expiration_in_days: Option<Days<1>>,
            expired_object_delete_marker: Option<bool>,
            noncurrent_version_expiration: Option<NoncurrentVersionExpiration>,
            abort_incomplete_multipart_upload: Option<AbortIncompleteMultipartUpload>,
            transitions: &'a [Transition],
        }
        Wire {
            id: self.id,
            status: "Enabled",
            prefix: Some(self.prefix).filter(|prefix| !prefix.is_empty()),
            expiration_in_days: match self.expiration {
                Some(Expiration::After(days)) => Some(days),
                _ => None,
            },
            expired_object_delete_marker: (self.expiration == Some(Expiration::OfDeleteMarkers)).then_some(true),
            noncurrent_version_expiration: self
                .noncurrent_version_expiration
                .map(|noncurrent_days| NoncurrentVersionExpiration { noncurrent_days }),
            abort_incomplete_multipart_upload: self
                .abort_incomplete_multipart_upload
                .map(|days_after_initiation| AbortIncompleteMultipartUpload { days_after_initiation }),
            transitions: &self.transitions,
        }
        .serialize(serializer)
    }
}

impl Resource for Bucket {
    const TYPE: &'static str = "AWS::S3::Bucket";

    fn check(&self, check: &mut Check<'_>) {
        self.notification_configuration.check(check);
        if let Some(base) = self.bucket_name.as_ref().and_then(BucketName::base_of)
            && base.len() > BucketName::MAX_BASE
        {
            let message = format!("`{base}` has {} characters before account and region", base.len());
            check.error("bucket-name", message).help(format!("use at most {}", BucketName::MAX_BASE));
        }
        for rule in &self.lifecycle_rules {
            let does_nothing = rule.expiration.is_none()
                && rule.noncurrent_version_expiration.is_none()
                && rule.abort_incomplete_multipart_upload.is_none()
                && rule.transitions.is_empty();
            if does_nothing {
                check.error("empty-lifecycle-rule", format!("the lifecycle rule `{}` does nothing", rule.id));
            }
        }
    }
}

impl HasArn for Bucket {}
