//! The app of a workspace: found by the workspace's metadata, built, run, and read as data.

mod build;
mod document;
pub mod history;
mod revision;
mod workspace;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use assembly::Assembly;

use crate::failure::Failure;

pub use revision::Revision;
pub use workspace::{Workspace, root};

/// The app of a workspace, built.
#[derive(Debug, Clone)]
pub struct App {
    /// The workspace that it is of.
    pub workspace: Workspace,
    /// Its program.
    pub program: PathBuf,
}

impl App {
    /// The app of the workspace that the current folder is in, built if anything has changed.
    ///
    /// # Errors
    /// When there is no workspace, it names no app, or the app does not compile.
    pub fn current() -> anyhow::Result<Self> {
        Self::of(Workspace::current()?)
    }

    /// The app of `workspace`, built if anything has changed.
    ///
    /// # Errors
    /// When the workspace names no app, or the app does not compile.
    pub fn of(workspace: Workspace) -> anyhow::Result<Self> {
        let program = build::build(&workspace)?;
        Ok(Self { workspace, program })
    }

    /// What the app says of its systems in `stage`, each built with those of `options` that it has.
    ///
    /// # Errors
    /// When it fails, or prints something else.
    pub fn assembly(&self, stage: &str, options: &[(String, String)]) -> anyhow::Result<Assembly> {
        let mut command = self.command();
        command.args(["assembly", "--stage", stage]);
        command.args(self.workspace.protects(stage).then_some("--protected"));
        command.args(options.iter().flat_map(|(name, value)| ["--option".to_owned(), format!("{name}={value}")]));
        let output = command
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("the app `{}` cannot be run", self.program.display()))?;
        if !output.status.success() {
            return Err(Failure::new(format!("the app of this workspace failed ({})", output.status))
                .help("what it said is above")
                .help(format!("run it yourself: `{} assembly`", self.program.display()))
                .into());
        }
        document::read(&output.stdout, &self.workspace)
    }

    /// A run of the app's program, in the workspace's folder.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(self.root()).stdin(Stdio::null());
        command
    }

    /// The workspace's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.workspace.root
    }
}
