//! The audit: whether each right is exactly what is needed, proved from the built programs, the wiring and the policies.

pub mod baseline;
pub mod calls;
pub mod files;
pub mod finding;
#[cfg(any())]
pub mod function;
pub mod gate;
pub mod linked;
#[cfg(any())]
pub mod live;
pub mod matrix;
pub mod names;
#[cfg(any())]
pub mod platform;
#[cfg(any())]
pub mod recorded;
pub mod report;
#[cfg(any())]
pub mod rights;
pub mod rules;
pub mod source;
#[cfg(any())]
pub mod stack;
pub mod template;
pub mod usage;
#[cfg(any())]
pub mod wiring;

pub use finding::{AuditFinding, Severity};
pub use matrix::AuditReport;
