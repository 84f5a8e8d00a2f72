//! Who else may read secrets.

use serde::Serialize;

use super::Secret;
use crate::check::Check;
use crate::iam::{PolicyDocument, check_resource_policy};
use crate::reference::{Ref, Resource};

/// Who besides the account's own principals may use a secret. Those of another account need a key that they may use as well.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-resourcepolicy.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourcePolicy {
    /// The secret. Changing it replaces the policy.
    pub secret_id: Ref<Secret>,
    /// The policy; each statement names its principal, and `*` as its resource is the secret.
    pub resource_policy: PolicyDocument,
    /// Whether Secrets Manager refuses a policy that lets anyone in.
    pub block_public_policy: bool,
}

impl ResourcePolicy {
    /// A policy that cannot let anyone in.
    #[must_use]
    pub const fn of(secret: Ref<Secret>, resource_policy: PolicyDocument) -> Self {
        Self { secret_id: secret, resource_policy, block_public_policy: true }
    }
}

impl Resource for ResourcePolicy {
    const TYPE: &'static str = "AWS::SecretsManager::ResourcePolicy";

    fn check(&self, check: &mut Check<'_>) {
        check_resource_policy(&self.resource_policy, check);
    }
}
