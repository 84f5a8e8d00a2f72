//! The command line of Stackwright.

#![expect(unreachable_pub, reason = "in a program `pub` says what a module offers to the other modules")]

mod commands;
mod doctor;
mod exit;
mod failure;
mod folders;
mod local;
mod progress;
mod tools;

use std::process::ExitCode;

use clap::Parser;

use crate::exit::Exit;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Command {
    /// Show what this machine has and lacks
    Doctor,
    /// The local cloud
    #[command(subcommand)]
    Local(commands::local::LocalCommand),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Doctor => Ok(commands::doctor::run().await),
        Command::Local(command) => commands::local::run(command).await,
    };
    result
        .unwrap_or_else(|error| {
            anstream::eprintln!("error: {error:#}");
            error.downcast_ref::<failure::Failure>().map_or(Exit::Failed, |failure| failure.exit)
        })
        .into()
}
