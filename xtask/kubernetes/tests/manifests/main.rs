//! The manifests of workers, through the public way in.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

mod checks;
mod definitions;
mod rendered;
mod schemas;
mod workloads;
