//! Objects in a cluster: an API server in memory, with faults at any call.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

mod apply;
mod connect;
mod difference;
mod drift;
mod fake;
mod faults;
mod logs;
mod removal;
mod rollout;
#[path = "../manifests/workloads.rs"]
mod workloads;
