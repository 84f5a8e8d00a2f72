//! `console`: one page that shows deployed stacks as they live.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use tokio::sync::watch::Sender;

use crate::cli::Console as Arguments;
use crate::cloud::{self, Cloud};
use crate::console::{Console, Running};
use crate::deploy::deployed;
use crate::deploy::interrupt::Interrupt;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::select::Selection;
use crate::stack::Stack;
use crate::ui;

/// How long to wait before looking again whether somebody has deployed.
const PAUSE: Duration = Duration::from_secs(3);

/// Shows the page until Ctrl-C.
pub async fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    arguments.target.require_one_region("console")?;
    if !arguments.target.local {
        return Err(Failure::new("`console` shows stacks in the local cloud, and not yet those on AWS")
            .exit(Exit::Usage)
            .help("pass `--local`")
            .help("on AWS, `logs --follow`, `peek` and `invoke` look after a stack")
            .into());
    }
    let interrupt = Interrupt::listen_and_say("the console has ended; everything is left as it runs");
    // Before anything is started: a port in use is told at once.
    let console = Console::listen(arguments.port).await?;
    let selection = Selection::complete(&arguments.stacks(), &arguments.target.stage)?;
    let cloud = cloud::connect(&arguments.target, selection.default_region()).await?;
    let running = find(arguments, &cloud, selection.stacks).await?;
    let (sender, receiver) = tokio::sync::watch::channel(Arc::new(running));
    tell(&console.address(), arguments.open);
    let target = arguments.target.clone();
    tokio::select! {
        biased;
        () = interrupt.raised() => Ok(Exit::Done),
        served = console.serve(receiver, target) => served.map(|()| Exit::Done),
        () = keep_current(arguments, &cloud, &sender) => Ok(Exit::Done),
    }
}

/// Prints the address, and opens it when that is wanted.
fn tell(address: &str, opens: bool) {
    if ui::json() {
        ui::result(json!({"version": 1, "address": address}));
    } else {
        ui::result(address);
        ui::say(
            "open this address in a browser of this machine; Ctrl-C ends the console and leaves everything running",
        );
    }
    if !opens {
        return;
    }
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        ui::warn(format!("no browser could be opened with `{program}`: {error}"));
    }
}

/// The stacks that are deployed. One that was named must be.
async fn find(arguments: &Arguments, cloud: &Cloud, stacks: Vec<Stack>) -> anyhow::Result<Vec<RunningStack>> {
    let names: Vec<_> = stacks.iter().map(|stack| format!("`{}`", stack.name())).collect();
    let found = join_all(stacks.into_iter().map(|stack| RunningStack::of(cloud.clone(), stack))).await;
    if !arguments.names.is_empty() {
        return found.into_iter().collect();
    }
    let mut running = Vec::new();
    for (found, name) in found.into_iter().zip(&names) {
        match found {
            Ok(stack) => running.push(stack),
            Err(error) if is_absence(&error) => ui::detail(format!("{name} is not deployed, and so not shown")),
            Err(error) => return Err(error),
        }
    }
    if running.is_empty() {
        return Err(Failure::new(format!("no stack of the workspace is deployed to {}", cloud.place()))
            .exit(Exit::NoSuchStack)
            .help("`cargo xtask deploy STACK --local` deploys one")
            .into());
    }
    Ok(running)
}

fn is_absence(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Failure>().is_some_and(|failure| failure.exit == Exit::NoSuchStack)
}

/// Shows the stacks anew when somebody has deployed them, for ever.
async fn keep_current(arguments: &Arguments, cloud: &Cloud, running: &Sender<Running>) {
    loop {
        tokio::time::sleep(PAUSE).await;
        let shown = running.borrow().clone();
        let changed = join_all(shown.iter().map(async |it| {
            // One that is being changed, or cannot be asked, is looked at again later.
            let now = deployed::read(cloud, &it.stack).await.ok()??;
            (!now.is_in_progress() && now.changed != it.changed()).then_some(())
        }));
        if changed.await.into_iter().flatten().next().is_none() {
            continue;
        }
        let (stacks, stage) = (arguments.stacks(), arguments.target.stage.clone());
        // It may build the app, which blocks.
        let selected = tokio::task::spawn_blocking(move || Selection::complete(&stacks, &stage)).await;
        let Ok(Ok(selection)) = selected else { continue };
        if let Ok(found) = find(arguments, cloud, selection.stacks).await {
            running.send_replace(Arc::new(found));
        }
    }
}
