//! From a checked stack to a running one.

pub mod buckets;
pub mod change_set;
pub mod contents;
pub mod deployed;
pub mod events;
pub mod existing;
pub mod interrupt;
pub mod parameters;
pub mod placed;
pub mod removal;
pub mod rollout;
pub mod together;
pub mod verify;
