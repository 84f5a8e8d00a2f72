//! Amazon EventBridge: buses, and the rules that route their events.

mod bus;
mod rule;
mod schedule;
mod target;

pub use bus::EventBus;
pub use rule::{EventMatch, EventPattern, Rule, RuleState};
pub use schedule::{Schedule, ScheduledRule};
pub use target::{Input, InputTransformer, RetryPolicy, Target};
