//! From a checked stack to a running one.

pub mod buckets;
pub mod change_set;
pub mod concurrent;
pub mod contents;
pub mod deployed;
pub mod events;
pub mod existing;
pub mod interrupt;
pub mod parameters;
pub mod removal;
pub mod rollout;
pub mod stack_instance;
pub mod verify;
