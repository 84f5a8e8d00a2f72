//! Workers: programs that consume queues in the pods of a cluster.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a program runs as a worker. Values may be intrinsic functions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worker {
    /// The name of the cluster.
    pub cluster_name: Value,
    /// The namespace.
    pub namespace: String,
    /// Whether the namespace is made and removed with the stack.
    pub creates_namespace: bool,
    /// The name of its service account and of its deployment.
    pub service_account: String,
    /// The ARN of the role that its pods have.
    pub role_arn: Value,
    /// The ARN of the role by which KEDA's operator reads how many messages there are; none where it has the right itself.
    pub scaler_role_arn: Option<Value>,
    /// The logical ids of the queues that it consumes.
    pub queues: Vec<String>,
    /// The environment variables of its pods.
    pub environment: IndexMap<String, Value>,
    /// How many pods run.
    pub replicas: Replicas,
    /// What a pod gets.
    pub pod: Pod,
    /// Who reads its metrics, if anybody does.
    pub monitoring: Option<Monitoring>,
    /// What its pods may connect to beside what every worker may.
    pub egress: Vec<Egress>,
}

/// What pods may connect to by TCP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Egress {
    /// The ports.
    pub ports: Vec<u16>,
    /// The networks; with none all there are.
    pub ip_blocks: Vec<String>,
}

/// Who reads the metrics of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monitoring {
    /// The namespace of Prometheus.
    pub namespace: String,
    /// The labels of the object by which Prometheus's operator finds the pods; none where there shall be no such object.
    pub pod_monitor: Option<IndexMap<String, String>>,
}

/// How many pods run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replicas {
    /// As many at least.
    pub min: u32,
    /// As many at most.
    pub max: u32,
    /// How many messages there are for each pod.
    pub messages_per_pod: u32,
}

/// What a pod gets of its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    /// Thousandths of a processor.
    pub millicores: u32,
    /// Memory, in MiB.
    pub mebibytes: u32,
    /// How many seconds it may take to end.
    pub termination_grace_period: u32,
}
