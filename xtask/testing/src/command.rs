//! The engine's command line as a process, and how it ended.

use std::env::{self, consts::EXE_SUFFIX};
use std::fmt;
use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The engine's command line, to be run in the workspace's folder: with no settings of the user's, no colour, no
/// terminal, and no way to AWS. [`LocalCloud::command`](crate::LocalCloud::command) is the same on a local cloud.
#[must_use]
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(engine());
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.current_dir(workspace()).args(arguments);
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// The engine's program: what `STACKWRIGHT` names, one that this workspace built, or one on the path.
fn engine() -> PathBuf {
    let name = format!("cargo-stackwright{EXE_SUFFIX}");
    if let Some(chosen) = env::var_os("STACKWRIGHT").filter(|chosen| !chosen.is_empty()) {
        let chosen = std::path::absolute(&chosen).unwrap_or_else(|_| PathBuf::from(&chosen));
        assert!(chosen.is_file(), "`{}` of STACKWRIGHT is no file", chosen.display());
        return chosen;
    }
    // Test programs are in the folder `deps` beside the workspace's own programs.
    let built = env::current_exe().ok().and_then(|test| Some(test.parent()?.parent()?.join(&name)));
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join(&name));
    built.into_iter().chain(on_path).find(|program| program.is_file()).unwrap_or_else(|| {
        panic!(
            "`{name}` is not found: these tests deploy with it\n  help: install it: `cargo install cargo-stackwright`\n  \
             help: or name the program: `STACKWRIGHT=/path/to/{name}`\n  help: in a workspace that contains it: \
             `cargo build --package cargo-stackwright`"
        )
    })
}

/// The folder of the workspace that the tests are of.
fn workspace() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env::current_dir().unwrap(), PathBuf::from);
    let is_workspace = |folder: &&Path| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.lines().any(|line| line.trim() == "[workspace]" || line.trim_start().starts_with("[workspace."))
    };
    match package.ancestors().find(is_workspace) {
        Some(root) => root.to_owned(),
        None => panic!("`{}` is in no Cargo workspace: no `Cargo.toml` above has `[workspace]`", package.display()),
    }
}

/// How a command ended; displayed as what was run and all that its user saw of it.
#[derive(Debug, Clone)]
pub struct CommandOutput {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed as its result.
    pub stdout: String,
    /// What it said besides.
    pub stderr: String,
}

impl CommandOutput {
    /// Runs `command` to its end.
    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        command.output().unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}")).into()
    }

    /// Runs `command` to its end, and shows what it says besides its result while it runs.
    #[track_caller]
    pub(crate) fn shown(command: &mut Command) -> Self {
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
        let from = child.stderr.take().unwrap();
        let shown = std::thread::spawn(move || show(from));
        let output = child.wait_with_output().unwrap();
        Self::from(Output { stderr: shown.join().unwrap(), ..output })
    }

    /// The result as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in the result:\n{self}"))
    }

    /// Fails the test unless the command ended with `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }
}

/// Passes on what is read, and gives it at the end.
fn show(mut from: impl Read) -> Vec<u8> {
    let (mut all, mut part) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = from.read(&mut part) {
        let read = part.get(..length).unwrap_or_default();
        // A closed stderr only means that nobody looks.
        let _ = std::io::stderr().write_all(read);
        all.extend_from_slice(read);
    }
    all
}

impl From<Output> for CommandOutput {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl fmt::Display for CommandOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit {code}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "--- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}
