//! The rules of AWS that the fake keeps, each seen through AWS's own client.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod change_sets;
mod client;
mod cloudcontrol;
mod faults;
mod operations;
mod reads;
mod s3;
mod services;
