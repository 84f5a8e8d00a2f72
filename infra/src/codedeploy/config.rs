//! How fast invocations are shifted.

use serde::Serialize;

/// How fast invocations are shifted: what CodeDeploy has ready.
///
/// <https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configuration-lambda>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum DeploymentConfig {
    /// All at once.
    #[serde(rename = "CodeDeployDefault.LambdaAllAtOnce")]
    AllAtOnce,
    /// 10 %, and the rest 5 minutes later.
    #[serde(rename = "CodeDeployDefault.LambdaCanary10Percent5Minutes")]
    Canary10Percent5Minutes,
    /// 10 %, and the rest 10 minutes later.
    #[serde(rename = "CodeDeployDefault.LambdaCanary10Percent10Minutes")]
    Canary10Percent10Minutes,
    /// 10 %, and the rest 15 minutes later.
    #[serde(rename = "CodeDeployDefault.LambdaCanary10Percent15Minutes")]
    Canary10Percent15Minutes,
    /// 10 %, and the rest 30 minutes later.
    #[serde(rename = "CodeDeployDefault.LambdaCanary10Percent30Minutes")]
    Canary10Percent30Minutes,
    /// 10 % more each minute.
    #[serde(rename = "CodeDeployDefault.LambdaLinear10PercentEvery1Minute")]
    Linear10PercentEvery1Minute,
    /// 10 % more every 2 minutes.
    #[serde(rename = "CodeDeployDefault.LambdaLinear10PercentEvery2Minutes")]
    Linear10PercentEvery2Minutes,
    /// 10 % more every 3 minutes.
    #[serde(rename = "CodeDeployDefault.LambdaLinear10PercentEvery3Minutes")]
    Linear10PercentEvery3Minutes,
    /// 10 % more every 10 minutes.
    #[serde(rename = "CodeDeployDefault.LambdaLinear10PercentEvery10Minutes")]
    Linear10PercentEvery10Minutes,
}
