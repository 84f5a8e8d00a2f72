//! The Deployment.

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::pod;
use crate::workload::Workload;

pub(super) fn deployment(workload: &Workload) -> Deployment {
    let rolling = RollingUpdateDeployment {
        max_surge: Some(IntOrString::String("25%".to_owned())),
        max_unavailable: Some(IntOrString::Int(0)),
    };
    let spec = DeploymentSpec {
        // Without `replicas`: that is KEDA's, and whoever applies it takes it from KEDA.
        selector: super::pods_of(&workload.identity),
        template: pod::template(workload),
        strategy: Some(DeploymentStrategy { type_: Some("RollingUpdate".to_owned()), rolling_update: Some(rolling) }),
        revision_history_limit: Some(3),
        progress_deadline_seconds: Some(600),
        ..DeploymentSpec::default()
    };
    Deployment { metadata: super::metadata(workload), spec: Some(spec), status: None }
}
