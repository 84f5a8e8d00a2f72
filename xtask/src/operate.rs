//! What the commands share that look after a deployed stack: `logs`, `invoke`, `replay`, `trace`, `send`, `peek` and `redrive`.

pub mod all_logs;
pub mod content;
pub mod example;
pub mod invocation;
pub mod log_events;
pub mod log_line;
pub mod log_printer;
pub mod moment;
pub mod move_task;
pub mod queue;
pub mod recording;
pub mod route;
pub mod running_stack;
pub mod side_by_side;
pub mod trace;
pub mod undelivered;
