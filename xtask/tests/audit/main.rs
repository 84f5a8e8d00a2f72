//! The audit, on stacks and programs made for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod baseline;
mod files;
mod function;
mod gate;
mod mutations;
mod wiring;
