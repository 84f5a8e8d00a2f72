//! From a checked stack to a running one.

pub mod change_set;
pub mod contents;
pub mod deployed;
pub mod events;
pub mod existing;
pub mod parameters;
pub mod verify;
