//! Runs cargo to build programs, or finds without asking it that nothing has changed.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use cargo_metadata::Message;
use rustix::process::{Pid, Signal, kill_process};
use sha2::{Digest as _, Sha256};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::fresh::{self, Build};
use crate::{file_lock, hex, ui};

/// After how long it is said that something is being built.
const SILENCE: Duration = Duration::from_millis(1_500);

/// Why a build waits.
const ANOTHER: &str = "another build is at work: waiting for it";

/// The processes of the builds that are under way.
static BUILDING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Ends the builds that are under way, for a process that ends before they do: a Ctrl-C in a terminal reaches them by
/// itself, a signal to this process alone does not.
pub fn interrupt() {
    for pid in BUILDING.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        if let Some(pid) = Pid::from_raw(*pid) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::INT);
        }
    }
}

/// A build under way, until it is dropped.
struct Building(i32);

impl Building {
    fn of(cargo: &Child) -> Self {
        let pid = i32::try_from(cargo.id()).unwrap_or_default();
        BUILDING.lock().unwrap_or_else(PoisonError::into_inner).insert(pid);
        Self(pid)
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        BUILDING.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// A program that cargo built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its name, which is that of its file.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// Whether it was there already, built from the same source.
    pub fresh: bool,
}

/// A build of programs of a workspace.
#[derive(Debug)]
pub struct Request<'a> {
    /// The workspace's folder.
    pub root: &'a Path,
    /// Where cargo puts what it builds, where that is not what cargo itself would choose.
    pub target: Option<&'a Path>,
    /// What tells this build from others of the workspace, in the name of the file that remembers it.
    pub name: &'a str,
    /// What is built, in words.
    pub what: &'a str,
    /// The packages whose features are unified.
    pub packages: BTreeSet<&'a str>,
    /// The programs.
    pub programs: BTreeSet<&'a str>,
    /// More arguments of cargo.
    pub arguments: Vec<OsString>,
    /// What else decides what cargo builds, such as variables that `command` sets.
    pub environment: Vec<String>,
    /// Whether the programs were built before, maybe from another source: then cargo speaks only of what is wrong.
    pub was_built: bool,
    /// A file that is locked while the command runs, for one that fails when it runs twice at the same time.
    pub lock: Option<PathBuf>,
}

impl Request<'_> {
    /// The programs, built by `command` unless nothing has changed since they last were; in the order of their names.
    ///
    /// What cargo has to say of failures and warnings, it says itself.
    ///
    /// # Errors
    /// When they cannot be built.
    pub fn run(&self, mut command: Command) -> Result<Vec<Program>> {
        let mut arguments = self.arguments.clone();
        arguments.extend(self.packages.iter().flat_map(|package| ["--package", package]).map(OsString::from));
        arguments.extend(self.programs.iter().flat_map(|program| ["--bin", program]).map(OsString::from));
        let decisive: Vec<_> = arguments.iter().cloned().chain(self.environment.iter().map(OsString::from)).collect();
        // One record for each set of programs: two that are built in turn do not make each other forget.
        let digest = Sha256::digest(format!("{decisive:?}"));
        let digits = hex::encode(&digest[..4]);
        let folder = folder_of(self.root, self.target);
        let record = folder.join(format!("{}-{digits}.stamp", self.name));
        let build = Build::new(self.root, record, decisive);
        let fresh = || build.fresh().map(|paths| sorted(paths.into_iter().map(|path| program(path, true))));
        if let Some(programs) = fresh() {
            return Ok(programs);
        }
        let locked = self.lock.as_deref().map(|path| file_lock::wait(path, ANOTHER)).transpose()?;
        // Whoever had the lock may have built them.
        if locked.is_some()
            && let Some(programs) = fresh()
        {
            return Ok(programs);
        }
        let running = build.start().context("the target folder cannot be written to")?;
        command.args(arguments).args(["--message-format", "json-render-diagnostics"]);
        command.args(self.was_built.then_some("--quiet"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(fresh::is_set_by_cargo)) {
            command.env_remove(name);
        }
        command.envs(self.target.map(|target| ("CARGO_TARGET_DIR", target)));
        let programs = self.built_by(&mut command)?;
        let paths: Vec<_> = programs.iter().map(|program| program.path.clone()).collect();
        // When it cannot be remembered, cargo is asked again next time.
        let _ = running.finish(&paths);
        Ok(programs)
    }

    fn built_by(&self, command: &mut Command) -> Result<Vec<Program>> {
        let mut cargo = command
            .current_dir(self.root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("`{}` cannot be run", command.get_program().display()))?;
        let building = Building::of(&cargo);
        let (ended, end) = mpsc::channel::<()>();
        let what = self.was_built.then(|| self.what.to_owned());
        let waiting = thread::spawn(move || {
            if let (Err(mpsc::RecvTimeoutError::Timeout), Some(what)) = (end.recv_timeout(SILENCE), what) {
                ui::say(format!("building {what} ..."));
            }
        });
        let mut built = Vec::new();
        for line in cargo.stdout.take().into_iter().flat_map(|it| BufReader::new(it).lines()) {
            let line = line.context("cargo's messages cannot be read")?;
            if let Ok(Message::CompilerArtifact(artifact)) = serde_json::from_str(&line)
                && let Some(path) = artifact.executable
                && self.programs.contains(artifact.target.name.as_str())
            {
                built.push(program(path.into(), artifact.fresh));
            }
        }
        let status = cargo.wait().context("cargo cannot be waited for")?;
        drop(building);
        drop(ended);
        let _ = waiting.join();
        // Cargo has said why.
        if status.success() { Ok(sorted(built)) } else { Err(Failure::silent(Exit::Failed).into()) }
    }
}

/// The cargo that runs this program, or the one on the path.
#[must_use]
pub fn program_of_cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Where what the engine makes of builds is kept.
#[must_use]
pub fn folder(root: &Path) -> PathBuf {
    within(&fresh::target_folder(root))
}

/// The same where cargo is told to put what it builds in `target`.
#[must_use]
pub fn folder_of(root: &Path, target: Option<&Path>) -> PathBuf {
    target.map_or_else(|| folder(root), within)
}

/// The engine's folder within a target folder.
fn within(target: &Path) -> PathBuf {
    target.join("stackwright")
}

fn program(path: PathBuf, fresh: bool) -> Program {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Program { name, path, fresh }
}

fn sorted(programs: impl IntoIterator<Item = Program>) -> Vec<Program> {
    let mut programs: Vec<_> = programs.into_iter().collect();
    programs.sort_by(|one, other| one.name.cmp(&other.name));
    programs
}
