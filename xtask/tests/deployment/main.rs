//! `deploy`, `diff` and `destroy` against a fake AWS, which behaves as AWS's documents say: its states and failures, what
//! the user is told of each, and the way out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod approval;
mod artifacts;
mod calls;
mod cloud_control;
mod creation;
mod credentials;
mod dashboard;
mod deletion;
mod drift;
mod faults;
mod hotswap;
mod imports;
mod items;
mod monitoring;
mod moves;
mod outputs;
mod ownership;
mod project;
mod random;
mod redrive;
mod scene;
mod states;
mod steps;
mod transfers;
mod update;
mod versions;
mod worker_drift;
mod worker_faults;
mod worker_logs;
mod worker_outputs;
mod worker_settings;
mod workers;
