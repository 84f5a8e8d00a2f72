//! Builds programs with cargo, linked by zig against the glibc of Lambda.

use std::collections::BTreeSet;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use cargo_metadata::Message;

use super::target::{GLIBC, Target};
use super::toolchain::Toolchain;
use super::workspace::Workspace;
use crate::failure::Failure;

/// The profile for what runs in Lambda.
const PROFILE: &str = "lambda";

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

/// Builds `programs` with one run of cargo, or finds that they are up to date, which takes about 0.3 s. They come in the
/// order of their names, each once.
///
/// `tools` is the folder with `cargo-zigbuild` and the Python that has zig; [`Target::Host`] does without. What cargo
/// has to say, it says on stderr.
///
/// Cargo unifies the features of what the packages of a run depend on. Every package with programs is part of every run,
/// whichever programs are asked for, so that the bytes of one do not depend on which others are built with it.
///
/// # Errors
/// When a program is in no package, cannot be built, or the target's standard library is missing.
pub fn build(workspace: &Workspace, programs: &[&str], target: Target, tools: &Path) -> Result<Vec<Program>> {
    let programs: BTreeSet<_> = programs.iter().copied().collect();
    let mut packages: BTreeSet<_> = workspace.packages_with_programs().collect();
    for program in &programs {
        packages.insert(workspace.package_of(program)?);
    }
    let toolchain = Toolchain::of(workspace.root())?;
    toolchain.require(target)?;
    let mut command = command(workspace, target, tools, &toolchain);
    command.args(packages.iter().flat_map(|package| ["--package", package]));
    let mut built = run(command, &programs)?;
    built.sort_by(|one: &Program, other| one.name.cmp(&other.name));
    Ok(built)
}

/// Whether each of `programs` was built before, maybe from another source.
#[must_use]
pub fn was_built(workspace: &Workspace, programs: &[&str], target: Target) -> bool {
    let folder = workspace.target_directory().join(target.triple().unwrap_or_default()).join(PROFILE);
    programs.iter().all(|program| folder.join(program).exists())
}

fn command(workspace: &Workspace, target: Target, tools: &Path, toolchain: &Toolchain) -> Command {
    let mut command = if let Some(triple) = target.triple() {
        let mut command = Command::new(tools.join("cargo-zigbuild"));
        // Named, lest another zig on the PATH link other bytes.
        command.env("CARGO_ZIGBUILD_PYTHON_PATH", tools.join("python"));
        command.env("CARGO_ZIGBUILD_CACHE_DIR", workspace.target_directory().join("cargo-zigbuild"));
        command.args(["zigbuild", "--target", &format!("{triple}.{GLIBC}")]);
        command
    } else {
        let mut command = Command::new(&toolchain.cargo);
        command.arg("build");
        command
    };
    command.current_dir(workspace.root());
    // What the cargo that runs xtask says of xtask would look to build scripts like a change, and rebuild everything.
    for (name, _) in std::env::vars_os() {
        let about_xtask = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
        if name.to_str().is_some_and(|name| about_xtask.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", toolchain.remaps(workspace.root()).join("\u{1f}"));
    command
}

fn run(mut command: Command, programs: &BTreeSet<&str>) -> Result<Vec<Program>> {
    command.args(["--profile", PROFILE]);
    command.args(programs.iter().flat_map(|program| ["--bin", program]));
    command.args(["--message-format", "json-render-diagnostics"]);
    let mut cargo = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` cannot be run", command.get_program().display()))?;
    let mut built = Vec::new();
    if let Some(messages) = cargo.stdout.take() {
        for message in Message::parse_stream(BufReader::new(messages)) {
            if let Message::CompilerArtifact(artifact) = message.context("cargo's messages cannot be read")?
                && let Some(path) = artifact.executable
                && programs.contains(artifact.target.name.as_str())
            {
                built.push(Program { name: artifact.target.name, path: path.into(), fresh: artifact.fresh });
            }
        }
    }
    if cargo.wait().context("cargo cannot be waited for")?.success() {
        return Ok(built);
    }
    let names: Vec<_> = programs.iter().map(|program| format!("`{program}`")).collect();
    Err(Failure::new(format!("cargo could not build {}", names.join(", "))).help("cargo says why, above").into())
}
