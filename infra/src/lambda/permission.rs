//! Who else may invoke a function.

use policies::{Action, action};
use serde::Serialize;

use super::Invocable;
use crate::reference::Resource;
use crate::value::Value;

/// Lets a service or another account invoke a function.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Permission {
    /// The function or alias. Changing it replaces the permission.
    pub function_name: Invocable,
    /// What is allowed. Changing it replaces the permission.
    pub action: Action,
    /// The service or account, such as `apigateway.amazonaws.com`. Changing it replaces the permission.
    pub principal: Value,
    /// The ARN of the resource on whose behalf the service invokes; `*` and `?` are wildcards. Changing it replaces the
    /// permission.
    pub source_arn: Option<Value>,
    /// The account that the source belongs to, for sources whose ARN does not name one. Changing it replaces the
    /// permission.
    pub source_account: Option<Value>,
}

impl Permission {
    /// Lets `service` invoke `function` on behalf of the resource `source_arn`.
    pub fn service(function: impl Into<Invocable>, service: impl Into<Value>, source_arn: impl Into<Value>) -> Self {
        Self {
            function_name: function.into(),
            action: action::lambda::INVOKE_FUNCTION,
            principal: service.into(),
            source_arn: Some(source_arn.into()),
            source_account: None,
        }
    }
}

impl Resource for Permission {
    const TYPE: &'static str = "AWS::Lambda::Permission";
}
