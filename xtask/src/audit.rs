//! The audit: whether each right is exactly what is needed, proved from the built programs, the wiring and the policies.

pub mod arns;
pub mod audited;
pub mod baseline;
pub mod calls;
pub mod cause;
pub mod change;
mod declared;
pub mod expression;
pub mod files;
pub mod finding;
pub mod folder;
pub mod function;
pub mod gate;
pub mod linked;
pub mod live;
pub mod matrix;
pub mod names;
pub mod platform;
pub mod program;
pub mod recorded;
pub mod report;
pub mod resources;
pub mod rights;
pub mod rules;
pub mod source;
pub mod stack;
pub mod template;
pub mod usage;
pub mod wiring;

pub use finding::{AuditFinding, Severity};
pub use matrix::AuditReport;
