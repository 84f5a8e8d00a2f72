//! Roles: what a service does on someone's behalf.

use policies::action;
use serde::Serialize;

use super::{
    Condition, ManagedPolicy, PolicyDocument, Principal, Statement, check_identity_policy, check_resource_policy,
};
use crate::check::Check;
use crate::reference::{Arn, HasArn, Resource};
use crate::value::Value;

/// A role.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Role {
    /// 1 to 64 letters, digits and `+=,.@_-`, unique in the account. Changing it replaces the role.
    pub role_name: Option<Value>,
    /// Up to 1,000 characters.
    pub description: Option<String>,
    /// Who may assume it.
    pub assume_role_policy_document: PolicyDocument,
    /// Policies that belong to this role alone; at most 10,240 characters together.
    pub policies: Vec<InlinePolicy>,
    /// Managed policies, up to 10.
    pub managed_policy_arns: Vec<Value<Arn<ManagedPolicy>>>,
    /// The policy that limits what all others can allow.
    pub permissions_boundary: Option<Value<Arn<ManagedPolicy>>>,
}

/// A policy that belongs to one role.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InlinePolicy {
    /// 1 to 128 letters, digits and `+=,.@_-`, unique in its role.
    pub policy_name: String,
    /// What it allows and denies.
    pub policy_document: PolicyDocument,
}

impl Role {
    /// A role that `service`, such as `lambda.amazonaws.com`, may assume, and that allows nothing yet.
    #[must_use]
    pub fn for_service(service: &str) -> Self {
        let assume = Statement::allow([action::sts::ASSUME_ROLE]).principal(Principal::service(service));
        Self {
            role_name: None,
            description: None,
            assume_role_policy_document: PolicyDocument::from([assume]),
            policies: Vec::new(),
            managed_policy_arns: Vec::new(),
            permissions_boundary: None,
        }
    }

    /// A role that `service` may assume on behalf of the resources of this account that `source_arn` says, in which `*` and `?`
    /// are wildcards, and that allows nothing yet.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention>
    #[must_use]
    pub fn for_service_on_behalf_of(service: &str, source_arn: impl Into<Value>) -> Self {
        let assume = Statement::allow([action::sts::ASSUME_ROLE])
            .principal(Principal::service(service))
            .when(Condition::source_arn(source_arn))
            .when(Condition::source_account(Value::sub("${AWS::AccountId}")));
        Self { assume_role_policy_document: PolicyDocument::from([assume]), ..Self::for_service(service) }
    }
}

impl Resource for Role {
    const TYPE: &'static str = "AWS::IAM::Role";

    fn check(&self, check: &mut Check<'_>) {
        check_resource_policy(&self.assume_role_policy_document, check);
        for policy in &self.policies {
            check_identity_policy(&policy.policy_document, check);
        }
    }
}

impl HasArn for Role {}
