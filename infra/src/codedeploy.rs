//! AWS CodeDeploy: shifting the invocations of an alias to a new version of its function.

mod config;
mod deployment_group;

use serde::Serialize;

use crate::lambda::Function;
use crate::reference::{Ref, Resource};

pub use config::DeploymentConfig;
pub use deployment_group::DeploymentGroup;

/// Deployment groups that belong together.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codedeploy-application.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Application {
    /// 1 to 100 letters, digits and `+=,.@_-`. Changing it replaces the application.
    pub application_name: Option<String>,
    compute_platform: Lambda,
}

/// The platform of functions. A deployment of servers or containers has other properties.
#[derive(Debug, Clone, Copy, Default, Serialize)]
enum Lambda {
    #[default]
    Lambda,
}

impl Resource for Application {
    const TYPE: &'static str = "AWS::CodeDeploy::Application";
}

/// How CloudFormation updates a resource.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html>
#[derive(Debug, Clone, Copy, Serialize)]
pub enum UpdatePolicy {
    /// CodeDeploy shifts the invocations of an alias.
    CodeDeployLambdaAliasUpdate(CodeDeployLambdaAliasUpdate),
}

/// How CodeDeploy shifts the invocations of an alias when CloudFormation gives it another version.
///
/// CloudFormation waits until all are shifted. When CodeDeploy stops, because a hook says so or an alarm of the group goes off, it shifts
/// them back, and CloudFormation rolls the whole update back.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html#cfn-attributes-updatepolicy-codedeploylambdaaliasupdate>
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CodeDeployLambdaAliasUpdate {
    /// The application of the group.
    pub application_name: Ref<Application>,
    /// Which says how, and what stops it.
    pub deployment_group_name: Ref<DeploymentGroup>,
    /// A function that is invoked before any invocation is shifted. It must say by `PutLifecycleEventHookExecutionStatus` within the hour
    /// whether CodeDeploy goes on.
    ///
    /// <https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html#appspec-hooks-lambda>
    pub before_allow_traffic_hook: Option<Ref<Function>>,
    /// A function that is invoked once all are shifted, with the same duty.
    pub after_allow_traffic_hook: Option<Ref<Function>>,
}
