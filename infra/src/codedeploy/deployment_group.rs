//! How invocations are shifted, and what stops it.

use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::{Application, DeploymentConfig};
use crate::check::Check;
use crate::cloudwatch::Alarm;
use crate::iam::Role;
use crate::reference::{Arn, Ref, Resource};
use crate::value::Value;

/// How invocations are shifted, and what stops it. What is stopped is shifted back.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codedeploy-deploymentgroup.html>
#[derive(Debug, Clone)]
pub struct DeploymentGroup {
    /// The application. Changing it replaces the group.
    pub application: Ref<Application>,
    /// The role with which CodeDeploy changes the alias; `codedeploy.amazonaws.com` may assume it.
    pub service_role: Value<Arn<Role>>,
    /// How fast invocations are shifted.
    pub deployment_config: DeploymentConfig,
    /// Up to 10 alarms: when one goes off, it is stopped.
    ///
    /// An alarm that refers to the alias makes a cycle, for the alias refers to the group: take the metric of the function
    /// [by the alias' name](crate::cloudwatch::Metric::by_alias).
    pub alarms: Vec<Ref<Alarm>>,
}

impl Serialize for DeploymentGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            application_name: Ref<Application>,
            service_role_arn: &'a Value<Arn<Role>>,
            deployment_config_name: DeploymentConfig,
            deployment_style: Json,
            auto_rollback_configuration: Json,
            alarm_configuration: Option<Json>,
        }
        let alarms: Vec<_> = self.alarms.iter().map(|alarm| json!({"Name": alarm})).collect();
        let events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"];
        Wire {
            application_name: self.application,
            service_role_arn: &self.service_role,
            deployment_config_name: self.deployment_config,
            // Lambda has no other.
            deployment_style: json!({"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"}),
            auto_rollback_configuration: json!({"Enabled": true, "Events": events}),
            alarm_configuration: (!alarms.is_empty()).then(|| json!({"Enabled": true, "Alarms": alarms})),
        }
        .serialize(serializer)
    }
}

impl Resource for DeploymentGroup {
    const TYPE: &'static str = "AWS::CodeDeploy::DeploymentGroup";

    // https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
    fn check(&self, check: &mut Check<'_>) {
        if self.alarms.len() > 10 {
            check.error("deployment-alarms", format!("{} alarms stop it; CodeDeploy takes 10", self.alarms.len()));
        }
    }
}
