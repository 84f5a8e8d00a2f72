//! The rules of AWS that the fake keeps, each seen through AWS's own client.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::too_many_lines,
    clippy::large_futures,
    reason = "a test may panic, and be long"
)]

mod change_sets;
mod client;
mod faults;
mod operations;
mod reads;
mod s3;
mod services;
