//! `local`: the local cloud's process and state.

use assembly::System;
use clap::Subcommand;
use infra::Stage;

use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::local::{self, LocalCloud, RunningWorker, Status, Stopped};
use crate::tools::{self, Tool};
use crate::{progress, ui};

/// What to do with the local cloud.
#[derive(Debug, Subcommand)]
pub enum LocalCommand {
    /// Start it, with the state it had; other commands do that on their own with `--local`
    Start,
    /// Save its state and stop it
    Stop,
    /// Show whether and where it runs
    Status,
    /// Delete all its resources and data
    Reset,
    /// Print the variables that lead other AWS clients to it, a `KEY=VALUE` line each
    Env {
        /// The region of the clients
        #[arg(long, default_value = local::DEFAULT_REGION)]
        region: String,
    },
    /// Print the folder of a private tool's programs, after installing it if it is not yet
    #[command(hide = true)]
    Tool {
        /// The tool
        tool: Tool,
    },
}

/// Runs the command.
///
/// # Errors
/// When it cannot be done.
pub async fn run(command: LocalCommand) -> anyhow::Result<Exit> {
    match command {
        LocalCommand::Start => {
            let cloud = local::start().await?;
            if let Ok(app) = App::current() {
                let systems = app.assembly(Stage::default().as_str(), &[])?.systems;
                let services = systems.iter().filter_map(System::stack).flat_map(|stack| &stack.local_services);
                local::start_services(&cloud, &app, services).await?;
            }
            anstream::println!("the local cloud runs at {}", cloud.endpoint());
        }
        LocalCommand::Stop => match local::stop().await? {
            Stopped::WasNotRunning => anstream::println!("the local cloud is not running"),
            Stopped::Saved => anstream::println!("the local cloud saved its state and stopped"),
            Stopped::Killed => {
                return Err(Failure::new(
                    "the local cloud ended without saving: what was changed within seconds before may be lost",
                )
                .into());
            }
        },
        LocalCommand::Status => print(&local::status().await?, ui::json())?,
        LocalCommand::Reset => {
            local::reset().await?;
            anstream::println!("the local cloud is empty");
        }
        LocalCommand::Env { region } => {
            if !local::status().await?.running {
                progress::note("the local cloud is not running: `cargo xtask local start`");
            }
            for (name, value) in LocalCloud::selected()?.variables(&region) {
                anstream::println!("{name}={value}");
            }
        }
        LocalCommand::Tool { tool } => {
            anstream::println!("{}", tools::environment(tool).await?.bin().display());
        }
    }
    Ok(Exit::Done)
}

fn print(status: &Status, json: bool) -> anyhow::Result<()> {
    if json {
        anstream::println!("{}", serde_json::to_string_pretty(status)?);
        return Ok(());
    }
    let state = match (status.running, status.healthy) {
        (true, true) => "running",
        (true, false) => "running, but it does not answer",
        (false, _) => "not running",
    };
    let mut lines = vec![("local cloud", state.to_owned())];
    if status.running {
        lines.push(("endpoint", format!("http://127.0.0.1:{}", status.port)));
    } else {
        lines.push(("port", status.port.to_string()));
    }
    lines.extend(status.services.iter().map(|(name, url)| (name.as_str(), url.clone())));
    lines.extend(status.version.as_ref().map(|version| ("version", format!("MiniStack {version}"))));
    lines.extend(status.pid.map(|pid| ("process", pid.to_string())));
    lines.extend(status.uptime.map(|uptime| ("up for", duration(uptime))));
    lines.extend(status.memory.map(|memory| ("memory", format!("{} MB at most", memory / 1_000_000))));
    lines.extend(status.workers.iter().map(|it| ("worker", worker(it, &status.workers))));
    lines.push(("state", status.state.display().to_string()));
    lines.push(("log", status.log.display().to_string()));
    lines.extend(status.problems.iter().map(|problem| ("problem", problem.clone())));
    for (name, value) in lines {
        anstream::println!("{name:<16} {value}");
    }
    Ok(())
}

/// `order-requests-dev/Processing: 2 of at most 10 run`, and where its stack is when it is in several regions.
fn worker(worker: &RunningWorker, all: &[RunningWorker]) -> String {
    let RunningWorker { region, stack, id, processes, max, restarts, problem, .. } = worker;
    let is_elsewhere = all.iter().any(|it| it.stack == *stack && it.region != *region);
    let place = if is_elsewhere { format!(" in {region}") } else { String::new() };
    let again = if *restarts > 0 { format!(", {restarts} started again") } else { String::new() };
    let problem = problem.as_ref().map(|problem| format!("; {problem}")).unwrap_or_default();
    format!("{stack}/{id}{place}: {} of at most {max} run{again}{problem}", processes.len())
}

fn duration(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
