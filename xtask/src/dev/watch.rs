//! When files of a workspace change.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::{fresh, ui};

/// How long nothing may change before a round begins: an editor writes a file in several steps, and a checkout many files.
const QUIET: Duration = Duration::from_millis(50);

/// A workspace whose files are watched.
#[derive(Debug)]
pub(super) struct Watch {
    root: PathBuf,
    watcher: RecommendedWatcher,
    changes: UnboundedReceiver<PathBuf>,
}

impl Watch {
    /// The workspace at `root`, but for what cargo builds and what is hidden.
    pub(super) fn of(root: &Path) -> anyhow::Result<Self> {
        let (sender, changes) = unbounded_channel();
        let (top, target) = (root.to_owned(), fresh::target_folder(root));
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let event = match event {
                Ok(event) if !event.need_rescan() => event,
                // Some changes were not told: a round finds out which.
                Ok(_) => return drop(sender.send(top.clone())),
                Err(error) => {
                    ui::warn(format!("some changes may be missed: {error}"));
                    return drop(sender.send(top.clone()));
                }
            };
            // Reading is no change.
            if event.kind.is_access() {
                return;
            }
            for path in event.paths {
                if is_source(&top, &target, &path) {
                    let _ = sender.send(path);
                }
            }
        });
        let mut watch = Self { root: root.to_owned(), watcher: watcher.context("files cannot be watched")?, changes };
        // Not recursively: the folder of what cargo builds has thousands of others.
        watch.add(root, RecursiveMode::NonRecursive)?;
        let entries = std::fs::read_dir(root).with_context(|| format!("`{}` cannot be read", root.display()))?;
        for entry in entries.flatten() {
            watch.add_folder(&entry.path())?;
        }
        Ok(watch)
    }

    /// Waits until something has changed, and for a moment nothing more; `false` when nothing is watched any more.
    pub(super) async fn changed(&mut self) -> bool {
        let Some(mut path) = self.changes.recv().await else { return false };
        loop {
            if path.parent() == Some(self.root.as_path()) {
                // A folder may be gone again.
                if let Err(error) = self.add_folder(&path)
                    && path.exists()
                {
                    ui::warn(format!("{error:#}; changes in it are missed"));
                }
            }
            match timeout(QUIET, self.changes.recv()).await {
                Ok(Some(next)) => path = next,
                Ok(None) => return false,
                Err(_) => return true,
            }
        }
    }

    fn add_folder(&mut self, path: &Path) -> anyhow::Result<()> {
        if path.is_dir() && is_source(&self.root, &fresh::target_folder(&self.root), path) {
            self.add(path, RecursiveMode::Recursive)?;
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, mode: RecursiveMode) -> anyhow::Result<()> {
        self.watcher.watch(path, mode).with_context(|| format!("`{}` cannot be watched", path.display()))
    }
}

/// Whether `path` is neither built nor hidden.
fn is_source(root: &Path, target: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(root) else { return false };
    let skipped = |name: &OsStr| name == "target" || name.as_encoded_bytes().starts_with(b".");
    !path.starts_with(target) && !inside.as_os_str().is_empty() && !inside.iter().any(skipped)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn what_is_built_or_hidden_is_no_source() {
        let root = Path::new("/shop");
        for (path, expected) in [
            ("/shop/stacks/src/main.rs", true),
            ("/shop/Cargo.toml", true),
            ("/shop/target/debug/stacks", false),
            ("/shop/launch/target/x", false),
            ("/shop/.git/index", false),
            ("/shop/stacks/src/.main.rs.swp", false),
            ("/shop/out/debug/stacks", false),
            ("/shop", false),
            ("/else/where.rs", false),
        ] {
            assert_eq!(is_source(root, Path::new("/shop/out"), Path::new(path)), expected, "{path}");
        }
    }

    #[tokio::test]
    async fn a_change_in_a_folder_that_is_new_is_seen() {
        let root = TempDir::new().unwrap();
        let folder = root.path().canonicalize().unwrap();
        let mut watch = Watch::of(&folder).unwrap();
        let seen = async |watch: &mut Watch| timeout(Duration::from_secs(5), watch.changed()).await == Ok(true);
        fs::create_dir(folder.join("handlers")).unwrap();
        assert!(seen(&mut watch).await);
        fs::write(folder.join("handlers/lib.rs"), "").unwrap();
        assert!(seen(&mut watch).await);
        fs::create_dir(folder.join("target")).unwrap();
        fs::write(folder.join("target/lib.rs"), "").unwrap();
        fs::read(folder.join("handlers/lib.rs")).unwrap();
        assert!(timeout(Duration::from_millis(200), watch.changed()).await.is_err());
    }
}
