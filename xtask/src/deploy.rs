//! From a checked stack to a running one.

pub mod approval;
pub mod backup;
pub mod change_set;
pub mod concurrent;
pub mod deployed;
mod display;
pub mod events;
pub mod exports;
pub mod hotswap;
pub mod interrupt;
pub mod operation;
pub mod parameters;
pub mod recovery;
pub mod refactor;
pub mod removal;
pub mod rollout;
pub mod sealed;
pub mod stack_instance;
pub mod tagged;
pub mod transfer;
pub mod undeclared;
pub mod update;
pub mod workers;
