//! The settings of API Gateway that an account has once in each region.

use serde::Serialize;

use crate::iam::Role;
use crate::reference::{Arn, Resource};
use crate::value::Value;

/// The role with which API Gateway writes logs to CloudWatch, for **all** REST APIs of the account and region.
///
/// There is one such setting, and whoever writes it last wins. When the role is deleted, all these APIs log nothing more,
/// and nobody is told. So whoever has it in a stack keeps both when they leave the stack:
/// [`crate::stack::DeletionPolicy::Retain`]. Without the setting a stage with access logs or a [`super::LoggingLevel`]
/// cannot be deployed; one without needs nothing of it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-account.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Account {
    /// A role that `apigateway.amazonaws.com` may assume and that may write to CloudWatch Logs.
    pub cloud_watch_role_arn: Value<Arn<Role>>,
}

impl Resource for Account {
    const TYPE: &'static str = "AWS::ApiGateway::Account";
}
