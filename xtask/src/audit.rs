//! Least privilege from the other side: what a program can call, compared with what its role grants.

pub mod compare;
pub mod finding;
pub mod linked;
pub mod rights;
pub mod wiring;

pub use compare::{Subject, compare};
pub use finding::{AuditFinding, Severity};
