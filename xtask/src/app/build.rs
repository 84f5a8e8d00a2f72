//! Builds the app's program.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::Workspace;
use crate::failure::Failure;
use crate::{cargo, fresh};

/// Builds the app's program in the development profile and gives its path.
pub(super) fn build(workspace: &Workspace) -> Result<PathBuf> {
    let app = workspace.app.as_str();
    let target = workspace.target.clone().unwrap_or_else(|| fresh::target_folder(&workspace.root));
    let request = cargo::Request {
        root: &workspace.root,
        target: workspace.target.as_deref(),
        name: "app",
        what: "the app",
        packages: workspace.unified().collect(),
        programs: [app].into(),
        arguments: vec!["build".into()],
        environment: Vec::new(),
        was_built: target.join("debug").join(app).exists(),
        lock: None,
    };
    let programs = request.run(Command::new(cargo::program_of_cargo()))?;
    match programs.into_iter().next() {
        Some(program) => Ok(program.path),
        None => Err(Failure::new(format!("cargo did not say where it has put the app `{app}`")).into()),
    }
}
