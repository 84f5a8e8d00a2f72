//! The local cloud: an emulator of AWS on this machine, and the outside services that the systems call.
//!
//! It is started on demand and outlives the command that started it. Its state outlives it, in a folder per port and
//! user rather than per clone: the port is part of the URLs that the state holds, and `cargo clean` must not lose data.

mod calls;
mod cloud;
mod daemon;
mod emulator;
mod http;
mod place;
mod port;
mod start;
mod state;
mod status;
mod stop;
pub mod validator;

pub use calls::{Call, Calls, calls};
pub use cloud::{ACCOUNT, DEFAULT_REGION, LocalCloud};
pub use start::{require_free_ports, start};
pub use state::{reset, save};
pub use status::{Status, status};
pub use stop::{Stopped, stop};
