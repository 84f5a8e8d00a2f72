//! Policies, as those who read, ask and compare them do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod any;
mod any_text;
mod audit;
mod breadth;
mod catalogue;
mod contain;
mod escalation;
mod evaluate;
mod meant;
mod operation;
mod operators;
mod ordinary;
mod parse;
mod reference;
mod resource;
mod sampled;
