//! KEDA's types, as far as a worker has them.
//!
//! The crates with all of them bring the types of `kube`'s schemas and a second version of it, for the dozen
//! properties here. A test holds these against KEDA's definitions.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

pub(crate) const GROUP: &str = "keda.sh";
pub(crate) const VERSION: &str = "v1alpha1";

/// How a trigger gets access to what it measures.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TriggerAuthentication {
    /// `keda.sh/v1alpha1`.
    pub api_version: String,
    /// `TriggerAuthentication`.
    pub kind: String,
    /// The metadata.
    pub metadata: ObjectMeta,
    /// What is wanted.
    pub spec: TriggerAuthenticationSpec,
}

/// What is wanted of a [`TriggerAuthentication`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TriggerAuthenticationSpec {
    /// Whose identity is used.
    pub pod_identity: PodIdentity,
}

/// Whose identity is used.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodIdentity {
    /// The platform: `aws`.
    pub provider: String,
    /// `keda` or `workload`; excludes a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_owner: Option<String>,
    /// The role that the operator assumes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
}

/// What scales a Deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScaledObject {
    /// `keda.sh/v1alpha1`.
    pub api_version: String,
    /// `ScaledObject`.
    pub kind: String,
    /// The metadata.
    pub metadata: ObjectMeta,
    /// What is wanted.
    pub spec: ScaledObjectSpec,
}

/// What is wanted of a [`ScaledObject`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScaledObjectSpec {
    /// What is scaled.
    pub scale_target_ref: ScaleTarget,
    /// Seconds between two looks at the triggers.
    pub polling_interval: u32,
    /// Seconds from the last message to no pod.
    pub cooldown_period: u32,
    /// The fewest pods.
    pub min_replica_count: u32,
    /// The most pods.
    pub max_replica_count: u32,
    /// What is done while a trigger cannot be read.
    pub fallback: Fallback,
    /// What is measured.
    pub triggers: Vec<Trigger>,
}

/// What is scaled.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScaleTarget {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The container whose variables triggers can name.
    pub env_source_container_name: String,
}

/// What is done while a trigger cannot be read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fallback {
    /// After so many failures in a row.
    pub failure_threshold: u32,
    /// So many pods.
    pub replicas: u32,
    /// What `replicas` means.
    pub behavior: String,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// The kind of trigger: `aws-sqs-queue`.
    #[serde(rename = "type")]
    pub type_: String,
    /// The name, which its metrics have.
    pub name: String,
    /// What its value is compared with: `AverageValue` for each pod.
    pub metric_type: String,
    /// The settings.
    pub metadata: BTreeMap<String, String>,
    /// How it gets access.
    pub authentication_ref: AuthenticationReference,
}

/// A [`TriggerAuthentication`] of the same namespace.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationReference {
    /// Its name.
    pub name: String,
}
