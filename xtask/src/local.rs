//! The local cloud: an emulator of AWS on this machine, and what stands in for services outside of AWS.
//!
//! It is started on demand and outlives the command that started it. Its state outlives it, in a folder of
//! the user: `cargo clean` must not lose data.

mod calls;
mod cloud;
mod daemon;
mod dev;
mod emulator;
mod events;
mod http;
mod place;
mod port;
mod service;
mod start;
mod state;
mod status;
mod stop;
mod workers;

pub use calls::{Call, Calls, calls};
pub use cloud::{ACCOUNT, DEFAULT_REGION, LocalCloud};
pub use dev::require_only_dev;
pub use events::{Invocation, KEPT, KeptEvent, event, invocations};
pub use http::client as http_client;
pub use service::start_services;
pub use start::{require_free_port, start};
pub use state::{reset, save};
pub use status::{Status, status};
pub use stop::{Stopped, stop};
pub use workers::{Queue, RunningWorker, Spec, end_workers, keep_program, run_worker, workers};
