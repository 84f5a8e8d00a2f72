//! Starts the local cloud.

use std::fs::{self, File};
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::cloud::LocalCloud;
use super::daemon::{Daemon, Observed};
use super::http::{self, Health};
use super::place::Place;
use super::{emulator, port, service, stop};
use crate::failure::Failure;
use crate::file_lock;
use crate::progress;
use crate::tools::{self, Tool};

/// How long a process may take until it answers; 0.3 s is usual, more with a large state.
const PATIENCE: Duration = Duration::from_mins(1);

/// The local cloud, running: started now, with everything it needs, unless it runs already.
///
/// # Errors
/// When a port is taken, the emulator cannot be installed, or it does not start.
pub async fn start() -> anyhow::Result<LocalCloud> {
    let cloud = LocalCloud::selected()?;
    let place = &cloud.place;
    place.make()?;
    let _lock = lock_for_change(place).await?;
    start_emulator(place).await?;
    service::start_remembered(place).await?;
    Ok(cloud)
}

/// Makes sure that a local cloud that is not running could listen.
///
/// # Errors
/// When its port is taken.
pub async fn require_free_port() -> anyhow::Result<()> {
    let cloud = LocalCloud::selected()?;
    port::require_free(cloud.place.port).await
}

/// Keeps other commands from starting, stopping or emptying the same local cloud meanwhile.
pub(super) async fn lock_for_change(place: &Place) -> anyhow::Result<File> {
    let (path, why) = (place.change_lock(), "another command is starting or stopping the local cloud: waiting for it");
    tokio::task::spawn_blocking(move || file_lock::wait(&path, why)).await?
}

async fn start_emulator(place: &Place) -> anyhow::Result<()> {
    let daemon = emulator::daemon(place);
    if let Observed::Running(process) = daemon.observe()? {
        if process.port != place.port {
            return Err(state_in_use(place, process.port));
        }
        // It may be ending, or have been killed a moment ago.
        let gone = || Ok(!matches!(daemon.observe()?, Observed::Running(_)));
        let is_healthy = healthy(place, process.pid, gone).await?.is_some();
        if is_healthy && !emulator::is_outdated(place) {
            return Ok(());
        }
        if is_healthy {
            progress::note("the local cloud was started by another version of this program: it is restarted");
            daemon.end(&process, stop::PATIENCE).await?;
        } else if !gone()? {
            return Err(Failure::new(format!("the local cloud (process {}) does not answer", process.pid))
                .help("restart it: `cargo xtask local stop`, then the same again")
                .help(format!("its log: `{}`", daemon.log_file().display()))
                .into());
        }
    }
    if matches!(daemon.observe()?, Observed::Killed) {
        progress::warning(
            "the local cloud was killed: what was changed within seconds before may be lost, except objects in buckets",
        );
    }
    port::require_free(place.port).await?;
    let environment = tools::environment(Tool::MiniStack).await?;
    // Every version of a function's code was unpacked there; what is still needed will be again.
    fs::remove_dir_all(place.scratch())?;
    place.make()?;
    let mut child = daemon.spawn(emulator::command(place, &environment)?)?;
    let pid = i32::try_from(child.id()).context("the process id is out of range")?;
    match healthy(place, pid, || Ok(ended(&mut child)?.is_some())).await? {
        Some(health) => {
            health.problems.iter().for_each(|problem| progress::warning(problem));
            Ok(())
        }
        None => Err(start_failure("the local cloud", &mut child, &daemon)),
    }
}

/// The emulator's health once process `pid` answers on the port; nothing when it ended or took too long.
async fn healthy(
    place: &Place,
    pid: i32,
    mut ended: impl FnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<Option<Health>> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline && !ended()? {
        if let Some(health) = http::health(place.port, Duration::from_secs(2)).await?.filter(|health| health.pid == pid)
        {
            return Ok(Some(health));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(None)
}

/// How `child` ended, if it did.
pub(super) fn ended(child: &mut Child) -> anyhow::Result<Option<String>> {
    Ok(child.try_wait()?.map(|status| status.to_string()))
}

fn state_in_use(place: &Place, port: u16) -> anyhow::Error {
    let folder = place.folder.display();
    Failure::new(format!("the state in `{folder}` is in use by the local cloud on port {port}"))
        .help("stop that one, or choose another folder with STACKWRIGHT_LOCAL_STATE")
        .into()
}

pub(super) fn start_failure(what: &str, child: &mut Child, daemon: &Daemon) -> anyhow::Error {
    let lines = daemon.last_lines(12);
    let failure = if let Ok(Some(status)) = ended(child) {
        format!("{what} ended while it was starting ({status}){lines}")
    } else {
        // It would hold the state and the port. That it ended meanwhile is as good.
        let _ = child.kill();
        format!("{what} did not answer within {} s{lines}", PATIENCE.as_secs())
    };
    Failure::new(failure).help(format!("its log: `{}`", daemon.log_file().display())).into()
}
