//! Fills a private environment from its list of packages.

use std::fs::{self, File};
use std::path::Path;

use anyhow::Context as _;
use tokio::process::Command;

use super::environment::Tool;
use super::python;
use crate::failure::Failure;

/// How many of the last lines of an installer's output a failure shows.
const SHOWN: usize = 12;

/// What `pip` says when it cannot reach the package index.
const UNREACHABLE: [&str; 5] =
    ["NewConnectionError", "NameResolutionError", "Failed to establish", "ConnectTimeoutError", "ProxyError"];

/// Makes an environment in `folder` and installs exactly the packages of `tool`, holding `lock` meanwhile.
pub(super) async fn install(tool: Tool, folder: &Path, lock: &File) -> anyhow::Result<()> {
    let (python, _) = python::find()?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let log = folder.with_extension("log");
    let list = folder.join("requirements.txt");
    fs::write(&list, tool.packages()).with_context(|| format!("cannot write `{}`", list.display()))?;

    let mut environment = Command::new(python);
    environment.args(["-I", "-m", "venv"]).arg(folder);
    run(environment, &log, tool, lock).await?;

    let mut packages = Command::new(folder.join("bin").join("python"));
    packages
        .args(["-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--retries=2"])
        // Nothing but the wheels that were hashed: no build scripts run, nothing else is resolved.
        .args(["--require-hashes", "--only-binary=:all:", "--no-deps", "--requirement"])
        .arg(&list);
    run(packages, &log, tool, lock).await
}

async fn run(mut command: Command, log: &Path, tool: Tool, lock: &File) -> anyhow::Result<()> {
    let output = File::create(log).with_context(|| format!("cannot write `{}`", log.display()))?;
    let status = command
        // The lock lasts until its last holder has closed it: if this process is killed, nobody else touches the folder
        // before the installer has ended, too. It reads nothing.
        .stdin(lock.try_clone()?)
        .stdout(output.try_clone()?)
        .stderr(output)
        .kill_on_drop(true)
        .status()
        .await
        .with_context(|| format!("cannot run `{}`", command.as_std().get_program().display()))?;
    if status.success() {
        return Ok(());
    }
    let output = fs::read_to_string(log).unwrap_or_default();
    Err(failure(tool, &output, log).into())
}

fn failure(tool: Tool, output: &str, log: &Path) -> Failure {
    let lines: Vec<&str> = output.lines().collect();
    let last = lines.get(lines.len().saturating_sub(SHOWN)..).unwrap_or_default();
    let shown: String = last.iter().flat_map(|line| ["\n  | ", line]).collect();
    let failure = if UNREACHABLE.iter().any(|sign| output.contains(sign)) {
        Failure::new(format!("cannot install {}: the Python package index cannot be reached{shown}", tool.name()))
            .help("the first use needs the network once; `pip`'s own settings for proxies and mirrors are respected")
    } else {
        Failure::new(format!("cannot install {}{shown}", tool.name()))
    };
    failure.help(format!("the whole output is in `{}`", log.display()))
}
