//! Policies, as those who read, ask and compare them do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod any;
mod any_text;
mod audit;
mod catalogue;
mod contain;
mod evaluate;
mod meant;
mod operators;
mod ordinary;
mod parse;
mod reference;
mod sampled;
