//! Files that are written together or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::failure::Failure;

/// What will be written below a folder.
#[derive(Debug)]
pub(super) struct Changes {
    root: PathBuf,
    created: BTreeMap<String, String>,
    replaced: BTreeMap<String, String>,
}

impl Changes {
    pub(super) fn below(root: &Path) -> Self {
        Self { root: root.to_owned(), created: BTreeMap::new(), replaced: BTreeMap::new() }
    }

    /// The folder that the paths are below.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is such a file or folder, or will be.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.pending(path).is_some() || self.root.join(path).symlink_metadata().is_ok()
    }

    /// The text of a file that will be written.
    pub(super) fn pending(&self, path: &str) -> Option<&str> {
        self.replaced.get(path).or_else(|| self.created.get(path)).map(String::as_str)
    }

    /// The text of a file as it will be.
    pub(super) fn read(&self, path: &str) -> anyhow::Result<String> {
        if let Some(text) = self.pending(path) {
            return Ok(text.to_owned());
        }
        let file = self.root.join(path);
        fs::read_to_string(&file).with_context(|| format!("`{}` cannot be read", file.display()))
    }

    /// A new file; never one in place of another.
    pub(super) fn create(&mut self, path: impl Into<String>, text: String) -> anyhow::Result<()> {
        let path = path.into();
        if self.exists(&path) {
            return Err(Failure::new(format!("`{path}` is there already")).into());
        }
        self.created.insert(path, text);
        Ok(())
    }

    /// Another text for a file that is there.
    pub(super) fn replace(&mut self, path: impl Into<String>, text: String) {
        let path = path.into();
        match self.created.get_mut(&path) {
            Some(created) => *created = text,
            None => {
                self.replaced.insert(path, text);
            }
        }
    }

    /// Writes all of it, and gives the paths, each with whether it was there before. When one cannot be written, all is
    /// as it was.
    pub(super) fn write(self) -> anyhow::Result<Vec<(String, bool)>> {
        let mut undo = Undo::default();
        for (path, text) in &self.created {
            let file = self.root.join(path);
            undo.create_folders(file.parent().unwrap_or(&self.root))?;
            // Fails when somebody else has made it meanwhile.
            let written = fs::File::create_new(&file).map(|_| undo.files.push(file.clone()));
            written.and_then(|()| fs::write(&file, text)).with_context(|| cannot_be_written(&file))?;
        }
        for (path, text) in &self.replaced {
            let file = self.root.join(path);
            let old = fs::read(&file).with_context(|| format!("`{}` cannot be read", file.display()))?;
            undo.texts.push((file.clone(), old));
            fs::write(&file, text).with_context(|| cannot_be_written(&file))?;
        }
        undo.keep();
        let created = self.created.into_keys().map(|path| (path, false));
        Ok(created.chain(self.replaced.into_keys().map(|path| (path, true))).collect())
    }
}

fn cannot_be_written(file: &Path) -> String {
    format!("`{}` cannot be written; nothing was changed", file.display())
}

/// What was done so far; dropped, it is undone.
#[derive(Debug, Default)]
struct Undo {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
    texts: Vec<(PathBuf, Vec<u8>)>,
}

impl Undo {
    fn create_folders(&mut self, folder: &Path) -> anyhow::Result<()> {
        let mut missing: Vec<_> = folder.ancestors().take_while(|it| !it.exists()).collect();
        missing.reverse();
        for folder in missing {
            fs::create_dir(folder).with_context(|| cannot_be_written(folder))?;
            self.folders.push(folder.to_owned());
        }
        Ok(())
    }

    fn keep(&mut self) {
        self.texts.clear();
        self.files.clear();
        self.folders.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        // The first failure is what the user is told.
        for (file, text) in &self.texts {
            let _ = fs::write(file, text);
        }
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn what_cannot_be_written_in_whole_is_undone() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("old"), "before").unwrap();
        let mut changes = Changes::below(folder.path());
        changes.create("a/b/new", "text".to_owned()).unwrap();
        changes.replace("old", "after".to_owned());
        // A folder of this name comes meanwhile.
        changes.replace("zzz", "text".to_owned());
        fs::create_dir(folder.path().join("zzz")).unwrap();

        assert!(changes.write().is_err());
        assert_eq!(fs::read_to_string(folder.path().join("old")).unwrap(), "before");
        assert!(!folder.path().join("a").exists());
    }

    #[test]
    fn what_is_written_stays() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("old"), "before").unwrap();
        let mut changes = Changes::below(folder.path());
        changes.create("a/new", "text".to_owned()).unwrap();
        changes.replace("old", "after".to_owned());
        assert_eq!(changes.write().unwrap(), [("a/new".to_owned(), false), ("old".to_owned(), true)]);
        assert_eq!(fs::read_to_string(folder.path().join("a/new")).unwrap(), "text");
        assert_eq!(fs::read_to_string(folder.path().join("old")).unwrap(), "after");
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("old"), "before").unwrap();
        let error = Changes::below(folder.path()).create("old", String::new()).unwrap_err();
        assert_eq!(error.to_string(), "`old` is there already");

        let mut changes = Changes::below(folder.path());
        changes.create("new", "ours".to_owned()).unwrap();
        fs::write(folder.path().join("new"), "theirs").unwrap();
        assert!(changes.write().is_err());
        assert_eq!(fs::read_to_string(folder.path().join("new")).unwrap(), "theirs");
    }
}
