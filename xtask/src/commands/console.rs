//! `console`: one page that shows deployed stacks as they live.

use std::process::{Command, Stdio};
use std::sync::Arc;

use futures::future::join_all;
use serde_json::json;

use crate::cli::Console as Arguments;
use crate::cloud::{self, Cloud};
use crate::console::current::{Current, is_absence};
use crate::console::opening::Opening;
use crate::console::{Console, Scope};
use crate::deploy::interrupt::Interrupt;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::select::Selection;
use crate::stack::Stack;
use crate::ui;

/// Shows the page until Ctrl-C.
pub async fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let target = &arguments.target;
    target.require_one_region("console")?;
    let interrupt = Interrupt::listen_and_say("the console has ended; everything is left as it runs");
    // Before anything is started: a port in use is told at once.
    let console = Console::listen(arguments.port).await?;
    let selection = Selection::complete(&arguments.stacks(), &target.stage)?;
    let cloud = cloud::connect(target, selection.default_region()).await?;
    let project = selection.app.workspace.project.clone();
    let running = Arc::new(find(arguments, &cloud, selection.stacks).await?);
    let (sender, receiver) = tokio::sync::watch::channel(running);
    let scope = Scope { target: target.clone(), may_change: target.local || arguments.allow_changes };
    let _opening = tell(&console.address(), &scope, arguments.open);
    let current =
        Current { stacks: arguments.stacks(), stage: target.stage.clone(), project, cloud, hub: console.hub() };
    tokio::select! {
        biased;
        () = interrupt.raised() => Ok(Exit::Done),
        served = console.serve(receiver, scope) => served.map(|()| Exit::Done),
        () = current.keep(&sender) => Ok(Exit::Done),
    }
}

/// Prints the address, and opens it when that is wanted; the file by which it is opened.
fn tell(address: &str, scope: &Scope, opens: bool) -> Option<Opening> {
    if ui::json() {
        ui::result(json!({"version": 1, "address": address}));
    } else {
        ui::result(address);
        ui::say(
            "open this address in a browser of this machine; Ctrl-C ends the console and leaves everything running",
        );
        if !scope.may_change {
            ui::say("the page only looks; `--allow-changes` lets it send, invoke, edit, delete and deploy as well");
        }
    }
    if !opens {
        return None;
    }
    let opened = Opening::write(address).and_then(|opening| {
        open(&opening)?;
        Ok(opening)
    });
    opened.inspect_err(|error| ui::warn(format!("no browser could be opened: {error:#}"))).ok()
}

fn open(opening: &Opening) -> anyhow::Result<()> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    command.arg(opening.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(|error| Failure::new(format!("`{program}` cannot be run: {error}")))?;
    Ok(())
}

/// The stacks that are deployed. One that was named must be.
async fn find(arguments: &Arguments, cloud: &Cloud, stacks: Vec<Stack>) -> anyhow::Result<Vec<RunningStack>> {
    let names: Vec<_> = stacks.iter().map(|stack| format!("`{}`", stack.name())).collect();
    let found = join_all(stacks.into_iter().map(|stack| RunningStack::as_deployed(cloud.clone(), stack))).await;
    if !arguments.names.is_empty() {
        return found.into_iter().collect();
    }
    let mut running = Vec::new();
    for (found, name) in found.into_iter().zip(&names) {
        match found {
            Ok(stack) => running.push(stack),
            Err(error) if is_absence(&error) => {
                ui::detail(format!("{name} is not deployed: it is shown as soon as it is"));
            }
            Err(error) => return Err(error),
        }
    }
    if running.is_empty() {
        let deploy = format!("cargo xtask deploy STACK{}", cloud.flags);
        return Err(Failure::new(format!("no stack of the workspace is deployed to {}", cloud.place()))
            .exit(Exit::NoSuchStack)
            .help(format!("`{deploy}` deploys one"))
            .into());
    }
    Ok(running)
}
