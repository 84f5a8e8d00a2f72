//! Programs from the Python package index that commands need, each in a private environment made on first use.

mod environment;
mod install;
mod python;

pub use environment::{Environment, Tool, environment, installed};
pub use python::find as find_python;
