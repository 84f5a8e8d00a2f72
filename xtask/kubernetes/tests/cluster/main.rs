//! Objects in a cluster: an API server in this process, with faults at any call.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

mod apply;
mod connect;
mod controllers;
mod difference;
mod fake;
mod faults;
mod removal;
mod request;
mod rollout;
#[path = "../support/server.rs"]
mod server;
mod store;
#[path = "../manifests/workloads.rs"]
mod workloads;
