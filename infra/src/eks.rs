//! Amazon EKS: programs of this workspace that run in pods.

mod worker;

pub use worker::{Batch, Egress, Monitoring, Namespace, Pod, PodMonitor, Replicas, WorkQueue, Worker};
