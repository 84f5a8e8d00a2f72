//! What several stacks are made of. Each part is a function that adds the resources its documentation names.

mod function;
mod queue;
mod rest_api;
mod table;

pub use function::{Batch, consume, function};
pub use queue::{WithDlq, fifo_queue, standard_queue};
pub use rest_api::{Route, publish, rest_api};
pub use table::table;
