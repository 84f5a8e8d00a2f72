//! How many pods may go at once when nodes are drained.

use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::workload::Workload;

/// Of few pods it is one, since Kubernetes rounds up.
///
/// <https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages>
const MOST: &str = "10%";

pub(super) fn budget(workload: &Workload) -> PodDisruptionBudget {
    let spec = PodDisruptionBudgetSpec {
        // With `minAvailable` a single pod could never leave its node.
        max_unavailable: Some(IntOrString::String(MOST.to_owned())),
        selector: Some(super::pods_of(&workload.identity)),
        unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
        ..PodDisruptionBudgetSpec::default()
    };
    PodDisruptionBudget { metadata: super::metadata(workload), spec: Some(spec), status: None }
}
