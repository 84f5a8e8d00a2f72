//! Files of an image, and a layer of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

/// Files and folders by path, without a `/` at the beginning.
#[derive(Debug, Default)]
pub(super) struct Tree {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug)]
enum Entry {
    File { mode: u32, bytes: Vec<u8> },
    Folder { mode: u32 },
}

/// A layer as it is kept, and the digest of what is in it.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) bytes: Vec<u8>,
    pub(super) content: String,
}

impl Tree {
    pub(super) fn file(&mut self, path: &str, mode: u32, bytes: impl Into<Vec<u8>>) {
        self.entries.insert(relative(path), Entry::File { mode, bytes: bytes.into() });
    }

    pub(super) fn folder(&mut self, path: &str, mode: u32) {
        self.entries.insert(relative(path), Entry::Folder { mode });
    }

    /// The layer: sorted, of root, with the time 0.
    pub(super) fn layer(&self) -> io::Result<Layer> {
        let mut archive = Builder::new(Vec::new());
        let mut made = BTreeSet::new();
        for (path, entry) in &self.entries {
            for (end, _) in path.match_indices('/') {
                let parent = &path[..end];
                if made.insert(parent.to_owned()) && !self.entries.contains_key(parent) {
                    append(&mut archive, parent, EntryType::Directory, 0o755, &[])?;
                }
            }
            match entry {
                Entry::File { mode, bytes } => append(&mut archive, path, EntryType::Regular, *mode, bytes)?,
                Entry::Folder { mode } => append(&mut archive, path, EntryType::Directory, *mode, &[])?,
            }
        }
        let content = archive.into_inner()?;
        let mut compressed = GzBuilder::new().write(Vec::new(), Compression::default());
        compressed.write_all(&content)?;
        Ok(Layer { bytes: compressed.finish()?, content: digest(&content) })
    }
}

/// Appends what is of root and has the time 0.
pub(super) fn append(
    archive: &mut Builder<Vec<u8>>,
    path: &str,
    kind: EntryType,
    mode: u32,
    bytes: &[u8],
) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(bytes.len() as u64);
    let path = if kind == EntryType::Directory { format!("{path}/") } else { path.to_owned() };
    archive.append_data(&mut header, path, bytes)
}

/// `sha256:...`
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

fn relative(path: &str) -> String {
    path.trim_start_matches('/').to_owned()
}
