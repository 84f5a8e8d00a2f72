//! Policies that are resources of their own.

use serde::Serialize;

use super::{PolicyDocument, Role, check_identity_policy};
use crate::check::Check;
use crate::reference::{Arn, HasArn, LogicalId, Ref, Resource};
use crate::value::{Intrinsic, Value};

/// An inline policy added to roles from outside, so that other resources can wait for it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    /// 1 to 128 letters, digits and `+=,.@_-`, unique in each role.
    pub policy_name: String,
    /// What it allows and denies; at most 10,240 characters with all inline policies of the role.
    pub policy_document: PolicyDocument,
    /// The roles it is added to, at least one.
    pub roles: Vec<Ref<Role>>,
}

impl Resource for Policy {
    const TYPE: &'static str = "AWS::IAM::Policy";

    fn check(&self, check: &mut Check<'_>) {
        if self.roles.is_empty() {
            check.error("unattached-policy", "it is added to no role").help("name a role in `roles`");
        }
        check_identity_policy(&self.policy_document, check);
    }
}

/// A policy with a name and ARN of its own, for roles and as a permissions boundary.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedPolicy {
    /// 1 to 128 letters, digits and `+=,.@_-`, unique in the account. Changing it replaces the policy.
    pub managed_policy_name: Option<Value>,
    /// Up to 1,000 characters. Changing it replaces the policy.
    pub description: Option<String>,
    /// What it allows and denies; at most 6,144 characters.
    pub policy_document: PolicyDocument,
    /// Roles it is attached to, beside those that name it themselves.
    pub roles: Vec<Ref<Role>>,
}

impl ManagedPolicy {
    /// A policy that is attached to nothing yet.
    #[must_use]
    pub const fn new(policy_document: PolicyDocument) -> Self {
        Self { managed_policy_name: None, description: None, policy_document, roles: Vec::new() }
    }

    /// One of AWS's own policies, such as `service-role/AmazonAPIGatewayPushToCloudWatchLogs`.
    pub fn aws(name: impl std::fmt::Display) -> Value<Arn<Self>> {
        Value::sub(format!("arn:${{AWS::Partition}}:iam::aws:policy/{name}"))
    }
}

impl Resource for ManagedPolicy {
    const TYPE: &'static str = "AWS::IAM::ManagedPolicy";

    fn check(&self, check: &mut Check<'_>) {
        check_identity_policy(&self.policy_document, check);
    }
}

impl HasArn for ManagedPolicy {
    fn arn(id: LogicalId) -> Intrinsic {
        Intrinsic::Ref(id)
    }
}
