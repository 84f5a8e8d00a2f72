//! The three functions against a cloud on loopback: their real HTTP calls, answered as AWS answers them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; clippy knows this of test functions, not of their helpers"
)]

mod calculator;
mod cloud;
mod consumer;
mod counts;
mod dynamodb;
