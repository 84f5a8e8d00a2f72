//! The app of a workspace: its systems, and what stands in for services outside of AWS.
//!
//! An app is a binary of a few lines. The engine, `cargo stackwright`, builds and runs it to learn what to deploy.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use infra::{Stack, Stage};
//! use stackwright::{App, System};
//!
//! fn orders(stage: &Stage) -> Stack {
//!     Stack::new("orders", stage)
//! }
//!
//! fn main() -> ExitCode {
//!     App::new([System::new("orders", "orders and their receipts", |stage, _| orders(stage))]).main()
//! }
//! ```

mod app;
mod command_line;
mod local_service;
mod options;
mod system;

pub use app::App;
pub use assembly::OPTION_TAG;
pub use local_service::LocalService;
pub use options::{OptionError, OptionSpec, Options};
pub use system::{Placeholder, System};
