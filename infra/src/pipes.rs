//! Amazon EventBridge Pipes: from a queue or stream to one target, with no function between unless it enriches.

mod pipe;
mod source;
mod target;

pub use pipe::{Enrichment, Pipe};
pub use source::{Messages, Records, Source};
pub use target::Target;
