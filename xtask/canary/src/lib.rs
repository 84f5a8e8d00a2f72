//! Programs whose calls are known, by which a test measures what the audit reads from a program. They are never run.

pub mod bound;
#[expect(clippy::expect_used, clippy::panic, clippy::redundant_closure_for_method_calls, reason = "people write so")]
pub mod foreign;
pub mod many;
pub mod raw;
