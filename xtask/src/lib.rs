//! The command line of Stackwright: everything that prints, builds, or talks to AWS.

#![allow(clippy::missing_errors_doc, reason = "every error is a message to the user, which says itself what is wrong")]

pub mod app;
pub mod assets;
pub mod audit;
pub mod cargo;
pub mod catalogue;
pub mod cli;
pub mod cloud;
pub mod commands;
pub mod console;
pub mod deploy;
pub mod dev;
pub mod doctor;
pub mod exit;
pub mod failure;
pub mod file_lock;
pub mod folders;
pub mod fresh;
pub mod hex;
pub mod local;
pub mod lock;
pub mod operate;
pub mod options;
pub mod parameter_file;
pub mod prepare;
pub mod progress;
pub mod scaffold;
pub mod schemas;
pub mod select;
pub mod services;
pub mod stack;
pub mod tools;
pub mod ui;
pub mod workloads;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _};
use cli::{Cli, Command};
use exit::Exit;
use failure::Failure;

/// Runs the command line of this process and says how it ended.
#[must_use]
pub fn main() -> Exit {
    let cli = parse(std::env::args_os());
    ui::init(&cli.output);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let exit = runtime.block_on(run(cli.command)).unwrap_or_else(|error| fail(&error));
    // A build that `dev` was interrupted in may never end.
    runtime.shutdown_background();
    exit
}

/// What this process is told to do. Cargo gives a subcommand its own name first, `cargo-stackwright stackwright deploy`; then
/// help calls it by that name.
fn parse(given: impl Iterator<Item = OsString>) -> Cli {
    let mut arguments: Vec<_> = given.collect();
    let mut command = Cli::command();
    if arguments.get(1).is_some_and(|argument| argument == "stackwright") {
        arguments.remove(1);
        command = command.name("cargo stackwright").bin_name("cargo stackwright");
    }
    Cli::from_arg_matches(&command.get_matches_from(arguments)).unwrap_or_else(|error| error.exit())
}

fn fail(error: &anyhow::Error) -> Exit {
    ui::error(error);
    error.downcast_ref::<Failure>().map_or(Exit::Failed, |failure| failure.exit)
}

async fn run(command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::List => commands::list::run(),
        Command::Synth { name, stage, choices, format, output } => {
            commands::synth::run(&name, &stage, &choices, format, output.as_deref())
        }
        Command::Check { stacks, stage, message_format: None } => commands::check::run(&stacks, &stage),
        Command::Check { stacks, stage, message_format: Some(cli::MessageFormat::Json) } => {
            commands::check::run_for_editors(&stacks, &stage)
        }
        Command::Diff(arguments) => commands::diff::run(&arguments).await,
        Command::Deploy { stacks, given, target, allowed, operation, approval } => {
            commands::deploy::run(&stacks, &given, &target, &allowed, &operation, &approval).await
        }
        Command::Dev(arguments) => commands::dev::run(*arguments).await,
        Command::Drift { stacks, target, response } => commands::drift::run(&stacks, &target, &response).await,
        Command::Outputs { name, kube_context, target } => {
            commands::outputs::run(&name, kube_context.as_deref(), &target).await
        }
        Command::PolicyAudit(arguments) => commands::policy_audit::run(&arguments).await,
        Command::Destroy { stacks, target, arguments } => commands::destroy::run(&stacks, &target, &arguments).await,
        Command::Restore { folder, target, yes } => commands::restore::run(&folder, &target, yes).await,
        Command::Logs(arguments) => commands::logs::run(&arguments).await,
        Command::Invoke(arguments) => commands::invoke::run(&arguments).await,
        Command::Replay(arguments) => commands::replay::run(&arguments).await,
        Command::Send(arguments) => commands::send::run(&arguments).await,
        Command::Peek(arguments) => commands::peek::run(&arguments).await,
        Command::Redrive(arguments) => commands::redrive::run(&arguments).await,
        Command::Trace(arguments) => commands::trace::run(&arguments).await,
        Command::Console(arguments) => commands::console::run(&arguments).await,
        Command::Local { command } => commands::local::run(command).await,
        Command::Graph { name, choices, format, output } => {
            commands::graph::run(&name, &choices, format, output.as_deref())
        }
        Command::Bench { name, runs } => commands::bench::run(&name, runs.into()).await,
        Command::Doctor => Ok(commands::doctor::run().await),
        Command::Schemas => commands::schemas::run().await,
        Command::Catalogue => commands::catalogue::run().await,
        Command::Init { folder, source } => commands::init::run(&folder, &source),
        Command::New { name, template, source } => commands::new::run(&name, template, &source),
        Command::Completion { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "cargo-xtask", &mut std::io::stdout());
            Ok(Exit::Done)
        }
    }
}
