//! Builds the programs of functions: for Lambda, linked by zig against its glibc, or quickly for this machine.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::target::{GLIBC, Target};
use super::toolchain::Toolchain;
use super::workspace::Workspace;
use crate::cargo::{self, Request};

pub use crate::cargo::Program;

/// The profile for what runs in Lambda.
const PROFILE: &str = "lambda";

/// The feature that has a program consume queues elsewhere than in Lambda.
pub const WORKER: &str = "functions/worker";

/// What is built together.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// The programs that are wanted.
    pub programs: &'a [&'a str],
    /// All programs of the app. Cargo unifies the features of what the packages of a run depend on. The packages of all
    /// of them are part of every run, so that the bytes of one do not depend on which others are built with it.
    pub all: &'a [&'a str],
    /// Packages whose features are unified with theirs when they are built for this machine.
    pub unified: &'a [&'a str],
    /// Whether they are built to consume queues elsewhere than in Lambda.
    pub as_workers: bool,
}

/// Builds programs with one run of cargo, or finds that they are up to date. They come in the order of their names, each
/// once.
///
/// `tools` is the folder with `cargo-zigbuild` and the Python that has zig; [`Target::Local`] does without. What cargo
/// has to say, it says on stderr.
///
/// # Errors
/// When a program is in no package, cannot be built, or the target's standard library is missing.
pub fn build(
    workspace: &Workspace,
    selection: Selection<'_>,
    target: Target,
    tools: Option<&Path>,
) -> Result<Vec<Program>> {
    let programs: BTreeSet<_> = selection.programs.iter().copied().collect();
    let mut packages = BTreeSet::new();
    for program in programs.iter().chain(selection.all) {
        packages.insert(workspace.package_of(program)?);
    }
    let what = programs.iter().copied().collect::<Vec<_>>().join(", ");
    let name = if selection.as_workers { format!("workers-of-{}", target.name()) } else { target.name() };
    let mut request = Request {
        root: workspace.root(),
        target: workspace.chosen_target(),
        name: &name,
        what: &what,
        packages,
        was_built: was_built(workspace, &programs, target),
        programs,
        arguments: Vec::new(),
        environment: Vec::new(),
        lock: None,
    };
    let command = if let (Target::Lambda(_), Some(tools)) = (target, tools) {
        let toolchain = Toolchain::of(workspace.root())?;
        toolchain.require(target)?;
        let triple = target.triple().unwrap_or_default();
        request.arguments = ["zigbuild", "--profile", PROFILE, "--target"].map(OsString::from).into();
        request.arguments.push(format!("{triple}.{GLIBC}").into());
        request.environment = toolchain.remaps(workspace.root());
        // What several `cargo-zigbuild` set up at the same time, all but one fail at: "File exists".
        let cache = workspace.target_directory().join("cargo-zigbuild");
        fs::create_dir_all(&cache).with_context(|| format!("`{}` cannot be made", cache.display()))?;
        request.lock = Some(cache.join("lock"));
        for_lambda(tools, &cache, &request.environment)
    } else {
        request.packages.extend(selection.unified);
        request.arguments = vec!["build".into()];
        Command::new(cargo::program_of_cargo())
    };
    if selection.as_workers {
        request.arguments.extend(["--features", WORKER].map(OsString::from));
    }
    request.run(command)
}

fn was_built(workspace: &Workspace, programs: &BTreeSet<&str>, target: Target) -> bool {
    let profile = if target == Target::Local { "debug" } else { PROFILE };
    let folder = workspace.target_directory().join(target.triple().unwrap_or_default()).join(profile);
    programs.iter().all(|program| folder.join(program).exists())
}

fn for_lambda(tools: &Path, cache: &Path, remaps: &[String]) -> Command {
    let mut command = Command::new(tools.join("cargo-zigbuild"));
    // Named, lest another zig on the PATH link other bytes.
    command.env("CARGO_ZIGBUILD_PYTHON_PATH", tools.join("python"));
    command.env("CARGO_ZIGBUILD_CACHE_DIR", cache);
    command.env("CARGO_ENCODED_RUSTFLAGS", remaps.join("\u{1f}"));
    command
}
