#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot do what it is about has failed, with a message that says what was tried"
)]
#![allow(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "assertions and commands are called for what they do as often as for what they give"
)]
#![allow(clippy::missing_panics_doc, reason = "everything here panics when it fails: the crate's page says so once")]

mod answer;
mod buckets;
mod calls;
mod command;
mod deployment;
mod eventually;
mod faults;
mod functions;
mod grants;
mod items;
mod local_cloud;
mod queues;
mod scenarios;
mod stand_in;
mod tables;
mod workers;

pub use answer::{Answer, http_client};
pub use buckets::Object;
pub use calls::Call;
pub use command::{CommandOutput, command};
pub use deployment::{Deployment, System};
pub use eventually::{Observation, eventually, eventually_that, eventually_within};
pub use faults::{ApiFaults, FailedCalls};
pub use grants::no_granted_action_is_needless;
pub use items::{Item, integer, item_as_json, number, string, text};
pub use local_cloud::LocalCloud;
pub use stand_in::{Fault, Received, Reply, StandIn};
pub use workers::Worker;

#[doc(hidden)]
pub mod private {
    //! What the expansion of [`scenarios!`](crate::scenarios) names.
    pub use libtest_mimic;
    pub use tokio;
}

/// The value, or a panic that says what was tried and why it failed.
#[track_caller]
fn succeeded<T, E: std::error::Error>(tried: &str, result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{tried}: {}", aws_smithy_types::error::display::DisplayErrorContext(error)),
    }
}
