//! The systems: one file for each, and the parts that stacks are made of.

pub mod event_driven;
mod options;
pub mod order_requests;
pub mod orders;
pub mod parts;
pub mod roxs;
pub mod spaceships;
mod system;

pub use options::{OptionError, OptionSpec, Options};
pub use system::{OPTION_TAG, StandIn, System, all, find};
