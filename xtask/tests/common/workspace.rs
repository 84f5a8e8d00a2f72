//! A workspace of a user, outside of this repository.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use testing::{CommandOutput, command};

/// A workspace in a folder of its own, with a local cloud of its own. One test has it at a time.
pub(crate) struct Workspace {
    home: PathBuf,
    _lock: File,
}

impl Workspace {
    /// No workspace yet, and a folder for it.
    pub(crate) fn new() -> Self {
        // Always the same: the folder is among the flags by which programs are compiled for Lambda.
        let name = format!("stackwright{}", target().display()).replace(['/', '\\', ':'], "-");
        let home = env::temp_dir().join(name);
        let lock = File::create(home.with_extension("lock")).unwrap();
        lock.lock().unwrap();
        let workspace = Self { home, _lock: lock };
        // A run that was killed left its own.
        workspace.clear();
        fs::create_dir(&workspace.home).unwrap();
        workspace
    }

    /// The workspace's folder.
    pub(crate) fn root(&self) -> PathBuf {
        self.home.join("shop")
    }

    /// Makes it by `init`.
    pub(crate) fn init(&self) -> CommandOutput {
        let made = self.engine(&["init", "shop"]).expect(0);
        // The same versions as here, so that nothing has to be found out from the registry.
        fs::copy(repository().join("Cargo.lock"), self.root().join("Cargo.lock")).unwrap();
        made
    }

    /// Runs the engine in it.
    pub(crate) fn engine(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.prepared(command(arguments)))
    }

    /// Runs cargo in it.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> CommandOutput {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments);
        CommandOutput::of(&mut self.prepared(cargo))
    }

    /// Audits all systems, and gives the line with what was counted. Fails the test unless every right is exact.
    pub(crate) fn audit(&self, arguments: &[&str]) -> String {
        let audit = self.engine(&[&["policy-audit", "--all"], arguments].concat()).expect(0);
        let counted = audit.stdout.lines().find(|line| line.contains(" rights: ")).unwrap_or_default();
        let mut numbers = counted.split([',', ':', ';']).filter_map(|it| it.trim().split_once(' '));
        let rights = numbers.find_map(|(number, what)| (what == "rights").then_some(number));
        let exact = numbers.find_map(|(number, what)| (what == "exact").then_some(number));
        assert!(rights.is_some() && rights == exact, "not all rights are exact: {audit}");
        counted.to_owned()
    }

    /// A command in its folder, built with what earlier runs of tests compiled.
    fn prepared(&self, mut command: Command) -> Command {
        let engine = env!("CARGO_BIN_EXE_cargo-stackwright");
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = [Path::new(engine).parent().unwrap().to_owned()].into_iter().chain(env::split_paths(&path));
        command
            .env("PATH", env::join_paths(folders).unwrap())
            .env("STACKWRIGHT", engine)
            .env("STACKWRIGHT_LOCAL_STATE", self.home.join("cloud"))
            .env("CARGO_TARGET_DIR", target())
            // Programs that are audited and never deployed need not be small, and take half the time without.
            .env("CARGO_PROFILE_LAMBDA_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_LAMBDA_CODEGEN_UNITS", "16")
            .current_dir(if self.root().exists() { self.root() } else { self.home.clone() });
        command
    }

    fn clear(&self) {
        if self.home.exists() {
            let _ = self.prepared(command(&["local", "stop"])).output();
            let _ = fs::remove_dir_all(&self.home);
        }
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.clear();
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Beside this repository's own builds, whose features are others.
fn target() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().join("scaffold")
}
