//! The settings of API Gateway that an account has once in each region.

use serde::Serialize;

use crate::iam::Role;
use crate::reference::{Arn, Resource};
use crate::value::Value;

/// The role with which API Gateway writes logs to CloudWatch, for **all** REST APIs of the account and region.
///
/// There is one such setting, whoever writes it last wins, and deleting the stack that holds it deletes the role under
/// every other API. So a stack of an API does not own it: it belongs in a stack of the account's own, with
/// [`crate::stack::DeletionPolicy::Retain`] on both. Without it a stage with access logs or a
/// [`super::LoggingLevel`] cannot be deployed; one without needs nothing of it.
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
