//! Local services: programs of the app that stand in for services outside of AWS.
//!
//! The folder of a local cloud remembers the port of each, which is in the parameters of deployed stacks, and the program
//! that runs it, so that they start again with the local cloud.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::Context as _;
use assembly::LocalService;
use serde::{Deserialize, Serialize};

use super::cloud::LocalCloud;
use super::daemon::{Daemon, Observed};
use super::place::Place;
use super::start::{ended, lock_for_change, start_failure};
use crate::app::App;
use crate::progress;

/// How long a service may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);

/// The services of a local cloud, by their names.
type Services = BTreeMap<String, Remembered>;

/// A service, as the folder of a local cloud remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Remembered {
    port: u16,
    program: PathBuf,
    workspace: PathBuf,
}

impl LocalCloud {
    /// The address of a service, once it was started.
    #[must_use]
    pub fn service_url(&self, service: &LocalService) -> Option<String> {
        let remembered = read(&self.place);
        Some(format!("http://127.0.0.1:{}{}", remembered.get(&service.name)?.port, service.path))
    }
}

/// Starts the services of `app` that do not run, and those anew whose program has changed.
///
/// # Errors
/// When one does not start.
pub async fn start_services<'a>(
    cloud: &LocalCloud,
    app: &App,
    services: impl IntoIterator<Item = &'a LocalService>,
) -> anyhow::Result<()> {
    let place = &cloud.place;
    let _lock = lock_for_change(place).await?;
    let mut remembered = read(place);
    let before = remembered.clone();
    for service in services {
        let port = match remembered.get(&service.name) {
            Some(known) => known.port,
            None => free_port(place.port, &remembered)?,
        };
        let (program, workspace) = (app.program.clone(), app.root().to_owned());
        remembered.insert(service.name.clone(), Remembered { port, program, workspace });
    }
    if remembered != before {
        let file = file(place);
        fs::write(&file, serde_json::to_string_pretty(&remembered)?)
            .with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    start_all(place, &remembered).await
}

/// Starts the services that the local cloud remembers. One whose program is gone is left out with a warning.
pub(super) async fn start_remembered(place: &Place) -> anyhow::Result<()> {
    let mut services = read(place);
    services.retain(|name, service| {
        let is_there = service.program.exists();
        if !is_there {
            progress::warning(&format!(
                "the local service `{name}` is not started: its program is gone until the next deployment"
            ));
        }
        is_there
    });
    start_all(place, &services).await
}

/// Ends all services.
pub(super) async fn stop_all(place: &Place) -> anyhow::Result<()> {
    for name in read(place).keys() {
        let daemon = daemon(place, name);
        if let Observed::Running(process) = daemon.observe()? {
            daemon.end(&process, PATIENCE).await?;
        }
    }
    Ok(())
}

/// The addresses of the services that run, by their names.
pub(super) fn running(place: &Place) -> anyhow::Result<BTreeMap<String, String>> {
    let mut running = BTreeMap::new();
    for (name, service) in read(place) {
        if matches!(daemon(place, &name).observe()?, Observed::Running(_)) {
            running.insert(name, format!("http://127.0.0.1:{}", service.port));
        }
    }
    Ok(running)
}

async fn start_all(place: &Place, services: &Services) -> anyhow::Result<()> {
    for (name, service) in services {
        start(place, name, service).await?;
    }
    Ok(())
}

async fn start(place: &Place, name: &str, service: &Remembered) -> anyhow::Result<()> {
    let daemon = daemon(place, name);
    if let Observed::Running(process) = daemon.observe()? {
        if process.port == service.port && process.started >= modified(&service.program) {
            return Ok(());
        }
        daemon.end(&process, PATIENCE).await?;
    }
    super::port::require_free(service.port).await?;
    let mut command = Command::new(&service.program);
    command.args(["local-service", name, "--port", &service.port.to_string(), "--lock"]).arg(daemon.lock_file());
    // In a process group of its own: a Ctrl-C in the terminal that it was started from is not for it.
    command.process_group(0);
    let mut child = daemon.spawn_in(command, &service.workspace)?;
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline && ended(&mut child)?.is_none() {
        let is_listening = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, service.port)).await.is_ok();
        if is_listening && matches!(daemon.observe()?, Observed::Running(_)) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(start_failure(&format!("the local service `{name}`"), &mut child, &daemon))
}

fn daemon(place: &Place, name: &str) -> Daemon {
    Daemon::new(place.folder.clone(), format!("service-{name}"))
}

fn file(place: &Place) -> PathBuf {
    place.folder.join("services.json")
}

fn read(place: &Place) -> Services {
    let text = fs::read_to_string(file(place)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// When the program was built, in seconds since the epoch.
fn modified(program: &Path) -> u64 {
    let modified = fs::metadata(program).and_then(|it| it.modified()).unwrap_or(UNIX_EPOCH);
    modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The first port after that of the local cloud that nothing listens on and no service has.
fn free_port(port: u16, services: &Services) -> anyhow::Result<u16> {
    let is_free = |port: &u16| {
        services.values().all(|service| service.port != *port)
            && TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()
    };
    (port.saturating_add(1)..u16::MAX).find(is_free).context("no port is free for a local service")
}
