//! Who else may invoke a function.

use policies::{Action, action};
use serde::Serialize;

use super::Invocable;
use crate::check::Check;
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

    /// Checks that the stack lets `service` invoke `function`, when the function is its own.
    pub(crate) fn check_given(function: Invocable, service: &str, check: &mut Check<'_>) {
        if function.get_in(check.stack).is_none() {
            return;
        }
        let lets = |it: &Self| {
            it.function_name == function && it.principal.literal().is_none_or(|principal| principal == service)
        };
        let mut permissions = check.stack.resources().filter(|it| it.resource_type() == Self::TYPE);
        // One that is no struct of this type is not looked into.
        if !permissions.any(|it| it.resource.as_any().downcast_ref::<Self>().is_none_or(lets)) {
            let message = format!("it has `{}` invoked, and nothing lets `{service}`", function.id());
            check.error("invoke-permission", message).help("add a `Permission` for the function");
        }
    }
}

impl Resource for Permission {
    const TYPE: &'static str = "AWS::Lambda::Permission";
}
