//! `dev`: rounds of building and deploying, one for each change of the workspace, while logs and denied calls are shown.

mod denials;
mod logs;
mod round;
mod watch;

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::app::Workspace;
use crate::cli::Dev;
use crate::deploy::interrupt::Interrupt;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::ui;
use crate::{cargo, cloud};
use round::Rounds;
use watch::Watch;

/// The stacks that run.
type Running = Arc<Vec<RunningStack>>;

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
    }
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
