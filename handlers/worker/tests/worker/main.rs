//! A worker with a fake SQS: what it does with messages, whatever goes wrong and whenever it ends.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

mod ending;
mod fairness;
mod fake;
mod faults;
mod harness;
mod kills;
mod messages;
mod order;
mod process;
mod served;
mod visibility;
