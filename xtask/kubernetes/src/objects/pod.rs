//! The pods of a Deployment.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, EmptyDirVolumeSource, EnvVar, HTTPGetAction, PodSecurityContext, PodSpec,
    PodTemplateSpec, Probe, ResourceRequirements, SeccompProfile, SecurityContext, TopologySpreadConstraint, Volume,
    VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::labels;
use crate::workload::{Resources, Workload};

/// The container's name.
pub(crate) const CONTAINER: &str = "worker";
/// The name of the port of health and metrics.
pub(super) const PORT: &str = "http";
const SCRATCH: &str = "tmp";

pub(super) fn template(workload: &Workload) -> PodTemplateSpec {
    let id = i64::from(workload.user);
    let spec = PodSpec {
        // Pod Identity mounts a token of its own, for which this makes no difference.
        automount_service_account_token: Some(false),
        containers: vec![container(workload)],
        enable_service_links: Some(false),
        node_selector: Some(BTreeMap::from([
            ("kubernetes.io/arch".to_owned(), workload.architecture.name().to_owned()),
            ("kubernetes.io/os".to_owned(), "linux".to_owned()),
        ])),
        security_context: Some(PodSecurityContext {
            // Of the pod, not of the container: by it Kubernetes decides who can read the projected token.
            fs_group: Some(id),
            run_as_group: Some(id),
            run_as_non_root: Some(true),
            run_as_user: Some(id),
            seccomp_profile: Some(SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None }),
            ..PodSecurityContext::default()
        }),
        service_account_name: Some(workload.service_account.clone()),
        termination_grace_period_seconds: Some(i64::from(workload.grace)),
        topology_spread_constraints: Some(
            ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(|key| spread(workload, key)).to_vec(),
        ),
        volumes: Some(vec![Volume {
            name: SCRATCH.to_owned(),
            empty_dir: Some(EmptyDirVolumeSource { size_limit: Some(quantity(&workload.scratch)), medium: None }),
            ..Volume::default()
        }]),
        ..PodSpec::default()
    };
    let labels = Some(labels::of_worker(&workload.identity));
    PodTemplateSpec { metadata: Some(ObjectMeta { labels, ..ObjectMeta::default() }), spec: Some(spec) }
}

fn container(workload: &Workload) -> Container {
    Container {
        name: CONTAINER.to_owned(),
        image: Some(workload.image.clone()),
        // A digest names one image for ever.
        image_pull_policy: Some("IfNotPresent".to_owned()),
        env: Some(workload.variables().iter().map(|(name, value)| variable(name, value)).collect()),
        ports: Some(vec![ContainerPort {
            name: Some(PORT.to_owned()),
            container_port: i32::from(workload.port),
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        liveness_probe: Some(probe("/healthz", 10, 3)),
        readiness_probe: Some(probe("/readyz", 5, 2)),
        resources: Some(resources(&workload.resources)),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            capabilities: Some(Capabilities { add: None, drop: Some(vec!["ALL".to_owned()]) }),
            read_only_root_filesystem: Some(true),
            ..SecurityContext::default()
        }),
        // The end of the log, when a program ends without a word there.
        termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
        volume_mounts: Some(vec![VolumeMount {
            mount_path: "/tmp".to_owned(),
            name: SCRATCH.to_owned(),
            ..VolumeMount::default()
        }]),
        ..Container::default()
    }
}

/// Kubernetes expands `$(NAME)` in values and takes `$$` for `$`. A value that has either is escaped: it is data.
///
/// <https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/>
fn variable(name: &str, value: &str) -> EnvVar {
    let expands = value.contains("$(") || value.contains("$$");
    let value = if expands { value.replace('$', "$$") } else { value.to_owned() };
    EnvVar { name: name.to_owned(), value: Some(value), value_from: None }
}

fn probe(path: &str, period: i32, failures: i32) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(PORT.to_owned()),
            ..HTTPGetAction::default()
        }),
        failure_threshold: Some(failures),
        period_seconds: Some(period),
        timeout_seconds: Some(3),
        ..Probe::default()
    }
}

fn resources(resources: &Resources) -> ResourceRequirements {
    let both = |cpu: &str, memory: &str| {
        Some(BTreeMap::from([("cpu".to_owned(), quantity(cpu)), ("memory".to_owned(), quantity(memory))]))
    };
    ResourceRequirements {
        claims: None,
        limits: both(&resources.cpu_limit, &resources.memory_limit),
        requests: both(&resources.cpu_request, &resources.memory_request),
    }
}

fn quantity(text: &str) -> Quantity {
    Quantity(text.to_owned())
}

fn spread(workload: &Workload, key: &str) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        label_selector: Some(super::pods_of(&workload.identity)),
        // Pods of the revision before are on their way out and do not count.
        match_label_keys: Some(vec!["pod-template-hash".to_owned()]),
        max_skew: 1,
        topology_key: key.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        ..TopologySpreadConstraint::default()
    }
}
