//! Roles: what a service does on someone's behalf.

use policies::action;
use serde::Serialize;

use super::{PolicyDocument, Principal, Statement};
use crate::reference::{HasArn, Resource};
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
    /// Policies by ARN, up to 10.
    pub managed_policy_arns: Vec<Value>,
    /// The policy that limits what all others can allow.
    pub permissions_boundary: Option<Value>,
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
}

impl Resource for Role {
    const TYPE: &'static str = "AWS::IAM::Role";
}

impl HasArn for Role {}
