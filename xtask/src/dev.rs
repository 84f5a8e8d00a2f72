//! `dev`: rounds of building and deploying, one for each change of the workspace, while logs and denied calls are shown.

mod denials;
mod logs;
mod round;
mod watch;

use tokio::runtime::Handle;
use tokio::sync::watch::Receiver;

use crate::app::Workspace;
use crate::cli::{Dev, TargetArgs};
use crate::console::{Console, Running, Scope};
use crate::deploy::interrupt::Interrupt;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui;
use crate::{cargo, cloud};
use round::Rounds;
use watch::Watch;

/// Deploys, and again at each change, until Ctrl-C.
///
/// # Errors
/// When there is nothing to work on: no such stack, no cloud, or a folder that cannot be watched.
pub async fn run(workspace: Workspace, arguments: Dev) -> anyhow::Result<Exit> {
    let interrupt = Interrupt::listen_and_say("everything is left as it runs; `dev` goes on from there");
    let cloud = cloud::connect(&arguments.target, None).await?;
    let watch = Watch::of(&workspace.root)?;
    ui::say(format!(
        "works on {} and watches `{}`; Ctrl-C ends it and leaves everything running",
        cloud.place(),
        workspace.root.display()
    ));
    let (sender, running) = tokio::sync::watch::channel(Running::default());
    let console = console(running.clone(), arguments.target.clone());
    let rounds = Rounds::new(workspace, arguments, cloud.clone(), sender);
    // Building blocks its thread. Logs go on meanwhile, and Ctrl-C ends it.
    let work = tokio::task::spawn_blocking(move || Handle::current().block_on(go_round(rounds, watch)));
    tokio::select! {
        biased;
        () = interrupt.raised() => {
            cargo::interrupt();
            Ok(Exit::Done)
        }
        ended = work => ended?,
        () = logs::follow(running.clone()) => Ok(Exit::Done),
        () = denials::tell(&cloud, running) => Ok(Exit::Done),
        () = console => Ok(Exit::Done),
    }
}

/// Shows what runs on a page, for ever. All else goes on without it.
async fn console(running: Receiver<Running>, target: TargetArgs) {
    if target.local {
        let served = async {
            let console = Console::listen(None).await?;
            ui::say(format!("the console: {}", console.address()));
            console.serve(running, Scope { target, may_change: true }).await
        };
        if let Err(error) = served.await {
            ui::warn(format!("there is no console: {error:#}"));
        }
    }
    std::future::pending::<()>().await;
}

/// One round now, and one after each change. What is wrong with the source is said; the next change may mend it.
async fn go_round(mut rounds: Rounds, mut watch: Watch) -> anyhow::Result<Exit> {
    let mut is_first = true;
    loop {
        match rounds.go().await {
            Ok(()) => {}
            Err(error) => {
                let exit = error.downcast_ref::<Failure>().map(|failure| failure.exit);
                if is_first && matches!(exit, Some(Exit::Usage | Exit::NoSuchStack)) {
                    return Err(error);
                }
                ui::error(&error);
                ui::say(if is_first { "nothing was deployed; waits for a change" } else { "what ran before goes on" });
            }
        }
        is_first = false;
        if !watch.changed().await {
            return Err(Failure::new("the workspace's folder cannot be watched any more").into());
        }
    }
}
