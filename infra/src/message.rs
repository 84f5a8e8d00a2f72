//! Types of messages: what one part of a stack sends, and the next one takes.
//!
//! Bindings and programs say them as JSON Schemas. A stack is checked for values that are sent and would not be taken, and
//! the template keeps the schemas of what was deployed: messages of it may be in flight when the next deployment comes.

mod alternatives;
mod changes;
mod check;
mod fit;
mod flow;
mod kept;
mod mismatch;
mod reduced;

pub use changes::between;
pub(crate) use check::check;
pub use kept::KEY;
pub(crate) use kept::metadata;
