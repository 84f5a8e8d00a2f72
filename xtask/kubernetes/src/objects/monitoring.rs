//! The type of Prometheus's operator that finds pods, as far as a worker has it.
//!
//! A `PodMonitor`, for a `ServiceMonitor` needs a service, and nothing connects to a worker.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;

use super::pod;
use crate::object::Kind;
use crate::workload::Workload;

pub(crate) const GROUP: &str = "monitoring.coreos.com";
pub(crate) const VERSION: &str = "v1";

/// Which pods Prometheus asks for metrics, and how.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodMonitor {
    /// `monitoring.coreos.com/v1`.
    pub api_version: String,
    /// `PodMonitor`.
    pub kind: String,
    /// The metadata.
    pub metadata: ObjectMeta,
    /// What is wanted.
    pub spec: PodMonitorSpec,
}

/// What is wanted of a [`PodMonitor`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodMonitorSpec {
    /// The label of pods whose value is the label `job` of metrics.
    pub job_label: String,
    /// The pods.
    pub selector: LabelSelector,
    /// Where they serve metrics.
    pub pod_metrics_endpoints: Vec<PodMetricsEndpoint>,
}

/// Where a pod serves metrics.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodMetricsEndpoint {
    /// The port's name.
    pub port: String,
    /// The path.
    pub path: String,
    /// Time between two scrapes.
    pub interval: String,
}

pub(super) fn pod_monitor(workload: &Workload) -> PodMonitor {
    let kind = Kind::POD_MONITOR;
    let spec = PodMonitorSpec {
        job_label: "app.kubernetes.io/name".to_owned(),
        selector: super::pods_of(&workload.identity),
        pod_metrics_endpoints: vec![PodMetricsEndpoint {
            port: pod::PORT.to_owned(),
            path: "/metrics".to_owned(),
            interval: "30s".to_owned(),
        }],
    };
    let mut metadata = super::metadata(workload);
    let more = workload.monitoring.iter().flat_map(|monitoring| monitoring.labels.clone());
    metadata.labels.get_or_insert_default().extend(more);
    PodMonitor { api_version: kind.api_version(), kind: kind.name.to_owned(), metadata, spec }
}
