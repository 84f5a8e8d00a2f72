//! One private Python environment for each list of pinned packages.

use std::fs::{self, File};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum;
use sha2::{Digest as _, Sha256};

use super::install::install;
use crate::{file_lock, folders, progress};

/// A program that a private environment provides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// The emulator behind `--local`.
    #[value(name = "ministack")]
    MiniStack,
    /// The linker that makes handlers run on the C library of AWS Lambda: `zig` and `cargo-zigbuild`.
    Zig,
    /// The `CloudFormation` linter that tests run on every template.
    CfnLint,
    /// The scanner that tests run on every template of a protected stage.
    Checkov,
}

impl Tool {
    /// All tools.
    pub const ALL: [Self; 4] = [Self::MiniStack, Self::Zig, Self::CfnLint, Self::Checkov];

    /// The name of its environment.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MiniStack => "ministack",
            Self::Zig => "zig",
            Self::CfnLint => "cfn-lint",
            Self::Checkov => "checkov",
        }
    }

    /// Every package with its version and hashes. Made with `uv pip compile --universal --python-version
    /// 3.10 --generate-hashes --no-header --no-annotate`.
    pub(super) const fn packages(self) -> &'static str {
        match self {
            Self::MiniStack => include_str!("../../requirements/ministack.txt"),
            Self::Zig => include_str!("../../requirements/zig.txt"),
            Self::CfnLint => include_str!("../../requirements/cfn-lint.txt"),
            Self::Checkov => include_str!("../../requirements/checkov.txt"),
        }
    }

    /// What a user sees while it is installed, with the time and room it takes.
    const fn installing(self) -> &'static str {
        match self {
            Self::MiniStack => "installing the local cloud (MiniStack, about 10 s, 90 MB)",
            Self::Zig => "installing the linker for AWS Lambda (zig, about 10 s, 440 MB)",
            Self::CfnLint => "installing cfn-lint (about 10 s, 180 MB)",
            Self::Checkov => "installing checkov (about 1 min, 290 MB)",
        }
    }
}

/// A private environment that is complete.
#[derive(Debug, Clone)]
pub struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The environment's Python interpreter.
    #[must_use]
    pub fn python(&self) -> PathBuf {
        self.bin().join("python")
    }

    /// The folder of its programs, to put first in `PATH`.
    #[must_use]
    pub fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Written last and naming the interpreter: an environment that was interrupted, or whose Python was replaced by
    /// another version, does not match it.
    fn is_complete(&self) -> bool {
        let interpreter = fs::canonicalize(self.python()).ok();
        let recorded = fs::read_to_string(self.marker()).ok();
        interpreter.is_some_and(|interpreter| Some(interpreter.display().to_string()) == recorded)
    }

    fn marker(&self) -> PathBuf {
        self.folder.join("complete")
    }
}

/// The environment of `tool`, if it is installed.
pub fn installed(tool: Tool) -> anyhow::Result<Option<Environment>> {
    let environment = Environment { folder: folder(tool)? };
    Ok(environment.is_complete().then_some(environment))
}

/// The environment of `tool`, installed now if it is not yet.
///
/// # Errors
/// When there is no usable Python, or the packages cannot be had.
pub async fn environment(tool: Tool) -> anyhow::Result<Environment> {
    if let Some(environment) = installed(tool)? {
        return Ok(environment);
    }
    let environment = Environment { folder: folder(tool)? };
    let lock = lock(environment.folder.with_extension("lock")).await?;
    // Another process may have made it while this one waited.
    if !environment.is_complete() {
        make(tool, &environment, &lock).await?;
    }
    Ok(environment)
}

async fn make(tool: Tool, environment: &Environment, lock: &File) -> anyhow::Result<()> {
    let folder = &environment.folder;
    if folder.exists() {
        progress::note(&format!("`{}` is incomplete or belongs to another Python: it is made again", folder.display()));
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    progress::step(tool.installing(), install(tool, folder, lock)).await?;
    let interpreter = fs::canonicalize(environment.python()).context("cannot find the new environment's Python")?;
    fs::write(environment.marker(), interpreter.display().to_string())
        .with_context(|| format!("cannot write to `{}`", folder.display()))
}

/// A new list makes a new environment, so that two versions of the workspace can share the folder.
fn folder(tool: Tool) -> anyhow::Result<PathBuf> {
    let hash = format!("{:x}", Sha256::digest(tool.packages()));
    Ok(folders::data()?.join("tools").join(format!("{}-{hash:.12}", tool.name())))
}

async fn lock(path: PathBuf) -> anyhow::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    }
    let why = "another command is installing the same: waiting for it";
    tokio::task::spawn_blocking(move || file_lock::wait(&path, why)).await?
}
