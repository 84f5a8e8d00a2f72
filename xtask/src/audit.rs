//! Least privilege from the other side: what a program can call, compared with what its role grants.

pub mod compare;
pub mod finding;
pub mod linked;

pub use compare::compare;
pub use finding::{AuditFinding, Severity};
