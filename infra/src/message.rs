//! Types of messages and of items: what one part of a stack sends and the next one takes, or writes and reads.
//!
//! Bindings and programs say them as JSON Schemas. A stack is checked for values that are sent and would not be taken, and
//! the template keeps the schemas of what was deployed: messages of it may be in flight when the next deployment comes, and
//! its items are stored.

mod alternatives;
mod changes;
mod check;
mod fit;
mod flow;
mod items;
mod kept;
mod mismatch;
mod reduced;
mod words;

pub use changes::between;
pub(crate) use check::check;
pub(crate) use kept::metadata;
pub use kept::{KEY, carry};
