//! Whether a build is up to date, without asking cargo.
//!
//! Asking cargo takes a third of a second, for each of several builds of a command. [`Build`] remembers what a build
//! depended on and compares: some milliseconds.
//!
//! The launcher, `xtask/launch`, includes these files: nothing else of this crate is used in them, and no dependency.

mod build;
mod environment;
mod inputs;
mod mark;
mod target;

pub use build::{Build, Running};
pub use environment::is_set_by_cargo;
pub use target::target_folder;
