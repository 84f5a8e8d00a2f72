//! Images of programs, and a registry that they are pushed to.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

mod archive;
mod programs;
mod push;
mod refused;
mod runs;
