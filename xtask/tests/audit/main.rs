//! The audit, on stacks and programs made for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod account;
mod apis;
mod baseline;
mod change;
mod feeding;
mod files;
mod folder;
mod foreign;
mod function;
mod gate;
mod keys;
mod mutations;
mod others;
mod serverless;
mod terraform;
mod wiring;

/// The stacks of the workspace, built as they are without options.
fn app_stacks() -> Vec<engine::stack::Stack> {
    let build =
        |system: &stackwright::System| system.assemble(&infra::Stage::default(), &stackwright::Options::default());
    stacks::app().systems().iter().map(build).map(Into::into).collect()
}
