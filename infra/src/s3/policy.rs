//! Who may use a bucket.

use policies::{Action, Condition, Operator};
use serde::Serialize;

use super::Bucket;
use crate::check::Check;
use crate::iam::{PolicyDocument, Principal, Statement, check_resource_policy};
use crate::reference::{Ref, Resource};

/// Who may use a bucket beside those whom the account itself lets.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketPolicy {
    /// The bucket, which has at most one policy. Changing it replaces the policy.
    pub bucket: Ref<Bucket>,
    /// The policy; each statement names its principal. At most 20 KB.
    pub policy_document: PolicyDocument,
}

impl Resource for BucketPolicy {
    const TYPE: &'static str = "AWS::S3::BucketPolicy";

    fn check(&self, check: &mut Check<'_>) {
        check_resource_policy(&self.policy_document, check);
    }
}

/// Denies every request for `bucket` and its objects that is not sent over TLS.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html>
#[must_use]
pub fn deny_insecure_transport(bucket: Ref<Bucket>) -> Statement {
    Statement::deny([Action::new("s3:*")])
        .principal(Principal::Any)
        .on(bucket.arn())
        .on(bucket.objects("").arn())
        .when(Condition::new(Operator::Bool, "aws:SecureTransport", ["false"]))
}
