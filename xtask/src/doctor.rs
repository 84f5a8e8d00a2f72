//! Looks at what this machine offers, and changes nothing but to make the folder for data.

mod aws;
mod machine;
mod report;

pub use report::{Check, Outcome, report};
