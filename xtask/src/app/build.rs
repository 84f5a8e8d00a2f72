//! Builds the app's program with cargo.

use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use cargo_metadata::Message;

use super::Workspace;
use crate::exit::Exit;
use crate::failure::Failure;

/// Builds the app's program in the development profile and gives its path. What cargo has to say, it says itself.
pub(super) fn build(workspace: &Workspace) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command.args(["build", "--quiet", "--package", &workspace.app, "--bins"]);
    command.args(["--message-format", "json-render-diagnostics"]).current_dir(&workspace.root);
    let mut cargo = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` cannot be run", cargo.display()))?;
    let mut programs = Vec::new();
    if let Some(messages) = cargo.stdout.take() {
        for message in Message::parse_stream(BufReader::new(messages)) {
            if let Message::CompilerArtifact(artifact) = message.context("cargo's messages cannot be read")?
                && let Some(path) = artifact.executable
                && artifact.target.is_bin()
            {
                programs.push((artifact.target.name, PathBuf::from(path)));
            }
        }
    }
    if !cargo.wait().context("cargo cannot be waited for")?.success() {
        // Cargo has said why.
        return Err(Failure::silent(Exit::Failed).into());
    }
    one_of(programs, workspace)
}

/// The only program, or the one that is named as its package.
fn one_of(mut programs: Vec<(String, PathBuf)>, workspace: &Workspace) -> Result<PathBuf> {
    let app = &workspace.app;
    if programs.len() > 1 {
        programs.retain(|(name, _)| name == app);
    }
    match programs.pop() {
        Some((_, path)) => Ok(path),
        None => Err(Failure::new(format!("the package `{app}` has no program named `{app}`"))
            .help("its `src/main.rs` is what says what the workspace deploys: `fn main() -> ExitCode { app().main() }`")
            .into()),
    }
}
