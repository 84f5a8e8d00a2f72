//! Processes that outlive the command which started them.
//!
//! Such a process holds a lock on a file for as long as it lives, and writes who it is into that file. The system drops
//! the lock however the process ends, so that a recorded process id is never mistaken for a later process.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

/// The files of a process.
#[derive(Debug, Clone)]
pub(super) struct Daemon {
    folder: PathBuf,
    name: String,
}

/// Who a process is, as its lock file says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) pid: i32,
    pub(super) port: u16,
    /// Seconds since the epoch.
    pub(super) started: u64,
}

/// What a lock file shows.
#[derive(Debug)]
pub(super) enum Observed {
    Stopped,
    /// It ended without clearing its record.
    Killed,
    Running(Record),
}

impl Daemon {
    pub(super) fn new(folder: PathBuf, name: impl Into<String>) -> Self {
        Self { folder, name: name.into() }
    }

    pub(super) fn lock_file(&self) -> PathBuf {
        self.folder.join(format!("{}.lock", self.name))
    }

    pub(super) fn log_file(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.name))
    }

    pub(super) fn observe(&self) -> anyhow::Result<Observed> {
        let path = self.lock_file();
        let mut file = match File::options().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Observed::Stopped),
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        };
        let deadline = Instant::now() + Duration::from_secs(2);
        loop {
            let locked = match file.try_lock_shared() {
                Ok(()) => false,
                Err(TryLockError::WouldBlock) => true,
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("cannot lock `{}`", path.display()));
                }
            };
            let mut text = String::new();
            file.rewind()?;
            file.read_to_string(&mut text)?;
            match (locked, serde_json::from_str(&text)) {
                (true, Ok(record)) => return Ok(Observed::Running(record)),
                (false, _) if text.is_empty() => return Ok(Observed::Stopped),
                (false, _) => return Ok(Observed::Killed),
                // It took the lock a moment ago, or is about to end.
                (true, Err(_)) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(10)),
                (true, Err(error)) => {
                    return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
                }
            }
        }
    }

    /// Starts `command` without a terminal, its output in the log file.
    pub(super) fn spawn(&self, command: Command) -> anyhow::Result<Child> {
        self.spawn_in(command, &self.folder)
    }

    /// The same in another folder.
    pub(super) fn spawn_in(&self, mut command: Command, folder: &Path) -> anyhow::Result<Child> {
        let log =
            File::create(self.log_file()).with_context(|| format!("cannot write `{}`", self.log_file().display()))?;
        self.forget()?;
        command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot run `{}`", command.get_program().display()))
    }

    /// Clears the record that a killed process left.
    pub(super) fn forget(&self) -> anyhow::Result<()> {
        let path = self.lock_file();
        File::create(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(())
    }

    /// Asks the process to end, and waits for it.
    ///
    /// Returns `false` when it did not end within `patience` and had to be killed.
    pub(super) async fn end(&self, process: &Record, patience: Duration) -> anyhow::Result<bool> {
        signal(process, Signal::TERM)?;
        if self.ended_within(patience).await? {
            return Ok(true);
        }
        signal(process, Signal::KILL)?;
        anyhow::ensure!(self.ended_within(Duration::from_secs(10)).await?, "process {} cannot be killed", process.pid);
        Ok(false)
    }

    async fn ended_within(&self, patience: Duration) -> anyhow::Result<bool> {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if !matches!(self.observe()?, Observed::Running(_)) {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(false)
    }

    /// The end of the log, to be shown in a failure.
    pub(super) fn last_lines(&self, count: usize) -> String {
        let log = fs::read_to_string(self.log_file()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines.get(lines.len().saturating_sub(count)..).unwrap_or_default();
        last.iter().flat_map(|line| ["\n  | ", line]).collect()
    }
}

fn signal(process: &Record, signal: Signal) -> anyhow::Result<()> {
    let Some(pid) = Pid::from_raw(process.pid) else { return Ok(()) };
    match kill_process(pid, signal) {
        // It ended on its own meanwhile.
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot end process {}", process.pid)),
    }
}
