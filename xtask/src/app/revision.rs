//! The source at a revision of git, in a folder of the engine's own. The user's tree, index and branches stay as they are.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::Workspace;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{cargo, file_lock};

/// A workspace as it was at a revision.
#[derive(Debug)]
pub struct Revision {
    /// The revision, as typed, with its commit: `main (1719de5)`.
    pub name: String,
    /// The workspace, which is built in a target folder of its own.
    pub workspace: Workspace,
    /// Held as long as the folder is used.
    _lock: File,
}

impl Revision {
    /// The workspace at `root` as it was at `revision`.
    ///
    /// What differs from the revision that was here before is written, and nothing else, so that cargo builds only that
    /// anew.
    ///
    /// # Errors
    /// When git cannot read the repository that `root` is in, or the revision is not one of it or has no app.
    pub fn read(root: &Path, revision: &str) -> anyhow::Result<Self> {
        let root = root.canonicalize().with_context(|| format!("`{}` cannot be read", root.display()))?;
        let repository = git(&root, &["rev-parse", "--absolute-git-dir"]).map_err(|error| {
            Failure::new(format!("git cannot read the repository of `{}`: {error}", root.display()))
                .help("`--program NEW --before OLD` compares two built programs without one")
        })?;
        let commit = git(&root, &["rev-parse", "--verify", "--end-of-options", &format!("{revision}^{{commit}}")]);
        let commit = commit.map_err(|_| {
            Failure::new(format!("there is no revision `{revision}`"))
                .exit(Exit::Usage)
                .help("a branch, a tag or a commit of this repository")
                .help("a clone may lack it: `git fetch origin`, or `fetch-depth: 0` for GitHub's `actions/checkout`")
        })?;
        let short = git(&root, &["rev-parse", "--short", &commit])?;
        let within = git(&root, &["rev-parse", "--show-prefix"])?;

        let folder = cargo::folder(&root).join("against");
        let source = folder.join("source");
        fs::create_dir_all(&source).with_context(|| format!("`{}` cannot be made", source.display()))?;
        let lock =
            file_lock::wait(&folder.join("lock"), "another comparison with a revision is at work: waiting for it")?;
        // One that was killed has left it. Nobody else writes here as long as the lock is held.
        let _ = fs::remove_file(folder.join("index.lock"));
        let mut write = command(&root);
        // All files are written, also those that a sparse checkout leaves out, and no hook of the user runs.
        write.args(["-c", "core.hooksPath=/dev/null", "-c", "core.sparseCheckout=false", "-c", "core.fsmonitor=false"]);
        write.arg("--git-dir").arg(&repository).arg("--work-tree").arg(&source);
        write.args(["read-tree", "--reset", "-u", &commit]).env("GIT_INDEX_FILE", folder.join("index"));
        run(write).with_context(|| format!("the source of `{revision}` cannot be written"))?;

        let mut workspace = Workspace::at(&source.join(&within)).map_err(|error| {
            Failure::new(format!("at `{revision}`: {error}")).help("compare with a revision that has the app")
        })?;
        workspace.target = Some(folder.join("target"));
        Ok(Self {
            name: if revision == short { short } else { format!("{revision} ({short})") },
            workspace,
            _lock: lock,
        })
    }
}

fn command(root: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).stdin(Stdio::null());
    // In a hook of git these would lead elsewhere.
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    command
}

/// What git says at `root`.
pub(super) fn git(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let mut command = command(root);
    command.args(arguments);
    run(command)
}

fn run(mut command: Command) -> anyhow::Result<String> {
    let output = command.output().context("`git` cannot be run")?;
    if !output.status.success() {
        return Err(Failure::new(String::from_utf8_lossy(&output.stderr).trim().to_owned()).into());
    }
    Ok(String::from_utf8(output.stdout).context("git's answer is no text")?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const MANIFEST: &str = "[workspace]\n[workspace.metadata.stackwright]\napp = \"stacks\"\n";

    fn write(root: &Path, name: &str, text: &str) {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), text).unwrap();
    }

    fn commit(root: &Path) -> String {
        let identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"];
        git(root, &["add", "."]).unwrap();
        git(root, &[&identity[..], &["commit", "-q", "-m", "a commit"]].concat()).unwrap();
        git(root, &["rev-parse", "--short", "HEAD"]).unwrap()
    }

    #[test]
    fn a_revision_is_written_apart_and_only_what_differs_is_written_anew() {
        let folder = TempDir::new().unwrap();
        // The workspace is a folder of the repository.
        let (top, root) = (folder.path(), folder.path().join("services"));
        write(&root, "Cargo.toml", MANIFEST);
        write(&root, ".gitignore", "target\n");
        write(&root, "stays.rs", "1");
        write(&root, "changes.rs", "old");
        git(top, &["init", "-q"]).unwrap();
        let first = commit(top);
        write(&root, "changes.rs", "new");
        write(&root, "comes.rs", "new");
        commit(top);
        write(&root, "changes.rs", "not committed");
        let status = || git(top, &["status", "--porcelain"]).unwrap();
        let (before, read) =
            (status(), |it: &Revision, name: &str| fs::read_to_string(it.workspace.root.join(name)).ok());

        let revision = Revision::read(&root, "HEAD~1").unwrap();
        assert_eq!(revision.name, format!("HEAD~1 ({first})"));
        assert_eq!(read(&revision, "changes.rs").as_deref(), Some("old"));
        assert_eq!(read(&revision, "comes.rs"), None);
        let written = fs::metadata(revision.workspace.root.join("stays.rs")).unwrap().modified().unwrap();
        drop(revision);

        let revision = Revision::read(&root, "HEAD").unwrap();
        assert_eq!(read(&revision, "changes.rs").as_deref(), Some("new"));
        assert_eq!(read(&revision, "comes.rs").as_deref(), Some("new"));
        assert_eq!(fs::metadata(revision.workspace.root.join("stays.rs")).unwrap().modified().unwrap(), written);
        assert_eq!(fs::read_to_string(root.join("changes.rs")).unwrap(), "not committed");
        assert_eq!(status(), before, "the user's tree and index are as they were");
        assert_eq!(git(top, &["worktree", "list"]).unwrap().lines().count(), 1);
    }

    #[test]
    fn what_is_no_revision_is_said_with_what_helps() {
        let folder = TempDir::new().unwrap();
        let root = folder.path();
        write(root, "Cargo.toml", "[workspace]\n");
        let error = |revision: &str| {
            let error = Revision::read(root, revision).unwrap_err().to_string();
            error.replace(&root.canonicalize().unwrap().display().to_string(), "ROOT")
        };
        let unread = "git cannot read the repository of `ROOT`: ";
        let told = error("main");
        assert!(told.starts_with(unread) && told.contains("\n  help: `--program"), "{told}");
        write(root, ".git", "neither a folder nor the path of one");
        let told = error("main");
        assert!(told.starts_with(unread) && told.contains("gitfile"), "{told}");
        fs::remove_file(root.join(".git")).unwrap();
        git(root, &["init", "-q"]).unwrap();
        commit(root);
        assert!(error("nowhere").starts_with("there is no revision `nowhere`\n  help: a branch, a tag"));
        assert!(error("--help").starts_with("there is no revision `--help`\n"));
        assert!(error("HEAD").starts_with("at `HEAD`: the workspace `"), "{}", error("HEAD"));
    }
}
