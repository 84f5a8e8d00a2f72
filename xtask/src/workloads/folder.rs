//! The folder with the files for `kubectl apply -k`.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use kubernetes::{File, KUSTOMIZATION};
use tempfile::Builder;

use crate::failure::Failure;

/// Files that come into a folder in place of those that were written there before.
#[derive(Debug)]
pub struct Replacement<'a> {
    folder: &'a Path,
    files: &'a [File],
    former: Vec<String>,
}

impl<'a> Replacement<'a> {
    /// Nothing is written yet.
    ///
    /// # Errors
    /// When the folder cannot be read, or when what somebody else has put there would be overwritten.
    pub fn of(folder: &'a Path, files: &'a [File]) -> anyhow::Result<Self> {
        let list = folder.join(KUSTOMIZATION);
        let text = match fs::read_to_string(&list) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", list.display())),
        };
        let former = match &text {
            None => Vec::new(),
            Some(text) => match kubernetes::listed(text) {
                Some(names) => names.into_iter().map(str::to_owned).collect(),
                None if files.is_empty() => Vec::new(),
                None => return Err(of_others(&list).into()),
            },
        };
        let is_of_others = |name: &str| {
            name != KUSTOMIZATION
                && !former.iter().any(|it| it == name)
                && fs::symlink_metadata(folder.join(name)).is_ok()
        };
        match files.iter().find(|file| is_of_others(&file.name)) {
            Some(file) => Err(of_others(&folder.join(&file.name)).into()),
            None => Ok(Self { folder, files, former }),
        }
    }

    /// Takes away what was written before, and writes the files. How many there were before.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn carry_out(&self) -> anyhow::Result<usize> {
        let Self { folder, files, former } = self;
        let cannot = || format!("cannot write `{}`", folder.display());
        let stays = |name: &str| files.iter().any(|file| file.name == name);
        for name in former.iter().filter(|name| !stays(name)) {
            remove(&folder.join(name)).with_context(cannot)?;
        }
        if files.is_empty() {
            if !former.is_empty() {
                remove(&folder.join(KUSTOMIZATION)).with_context(cannot)?;
                // It stays when anything else is in it.
                let _ = fs::remove_dir(folder);
            }
            return Ok(former.len());
        }
        fs::create_dir_all(folder).with_context(cannot)?;
        // The list comes first: what it names can be replaced when this ends before all is written.
        for file in files.iter().rev() {
            write(&folder.join(&file.name), &file.text).with_context(cannot)?;
        }
        Ok(former.len())
    }
}

/// Writes a file, whole or not at all: half a list would not be known again.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let readable = fs::Permissions::from_mode(0o666);
    let mut file = Builder::new().permissions(readable).tempfile_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn of_others(path: &Path) -> Failure {
    Failure::new(format!("`{}` is not as Stackwright wrote it, and would be overwritten; nothing was written", path.display()))
        .help("name another folder, or move the file away; what shall be changed of the objects goes in an overlay of Kustomize, in a folder of its own")
}
