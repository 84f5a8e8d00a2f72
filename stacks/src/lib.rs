//! The five systems: one file for each, and the parts they share.

pub mod parts;
pub mod spaceships;
mod system;

pub use system::{StandIn, System, all, find};
