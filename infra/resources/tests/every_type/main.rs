//! Every resource type of CloudFormation becomes Rust, and what its types say is what AWS's schemas take.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

mod compiled;
mod sample;
mod spelling;
mod text;
