//! Whether a build is up to date, without asking cargo.
//!
//! Asking cargo takes a third of a second, for each of several builds of a command. [`Build`] remembers what a build
//! depended on and compares: some milliseconds.
//!
//! No dependencies: this is compiled before `cargo xtask` can say its first word.

mod build;
mod environment;
mod inputs;
mod mark;
mod target;

pub use build::{Build, Running};
pub use environment::is_set_by_cargo;
pub use target::target_folder;
