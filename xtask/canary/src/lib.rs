//! Programs whose calls are known, by which a test measures what the audit reads from a program. They are never run.

pub mod bound;
pub mod foreign;
pub mod many;
pub mod raw;
