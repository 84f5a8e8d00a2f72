//! AWS Step Functions: state machines, with their states as typed values.
//!
//! What a state calls is a `Ref` or the name of an action with its rights, so that [`StateMachine::rights`] is what the machine's
//! role must allow, no more. `parts::state_machine` makes that role.

mod action;
mod check;
mod choice;
mod data;
mod definition;
mod errors;
mod language;
mod machine;
mod nested;
mod state;
mod task;
mod text;

pub use action::Action;
pub use choice::{Choice, Compared, Order, PathTest, Rule};
pub use data::Data;
pub use definition::{Definition, States};
pub use errors::{Catch, Jitter, Retry};
pub use language::{
    JsonPath, Jsonata, Output, PassPaths, PathFlow, PathResult, Query, QueryLanguage, ResultPath, jsonata, path,
    task_token,
};
pub use machine::{Express, LogLevel, Logging, Standard, StateMachine, Workflow};
pub use nested::{Distributed, ExecutionType, Map, Mode, Parallel};
pub use state::{Fail, Next, Pass, State, Succeed, Until, Wait, Words};
pub use task::Task;
