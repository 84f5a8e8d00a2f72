//! Amazon EventBridge Scheduler: what is done at fixed times, in any time zone.

mod expression;
mod schedule;
mod target;

pub use expression::Expression;
pub use schedule::{Schedule, ScheduleGroup};
pub use target::Target;
