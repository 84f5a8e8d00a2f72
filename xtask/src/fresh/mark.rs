//! What is remembered of one thing that a build depends on: a line of the record.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The state of one thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    kind: Kind,
    /// A path, or the name of an environment variable.
    name: String,
    state: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Program,
    /// A file that is there or not.
    File,
    /// A folder with all that is in it.
    Folder,
    Variable,
}

const KINDS: [(Kind, &str); 4] =
    [(Kind::Program, "program"), (Kind::File, "file"), (Kind::Folder, "folder"), (Kind::Variable, "variable")];

impl Mark {
    pub(super) fn program(path: &Path) -> Self {
        Self::now(Kind::Program, path.display().to_string())
    }

    /// The file or folder at `path`, or that there is none.
    pub(super) fn path(path: &Path) -> Self {
        let kind = if path.is_dir() { Kind::Folder } else { Kind::File };
        Self::now(kind, path.display().to_string())
    }

    pub(super) fn variable(name: &str) -> Self {
        Self::now(Kind::Variable, name.to_owned())
    }

    fn now(kind: Kind, name: String) -> Self {
        let state = match kind {
            Kind::Program | Kind::File => file(Path::new(&name)),
            Kind::Folder => folder(Path::new(&name)),
            // Its hash: a value may be a secret.
            Kind::Variable => std::env::var_os(&name).map_or_else(absent, |value| format!("{:016x}", hash(&value))),
        };
        Self { kind, name, state }
    }

    /// Whether the thing is still as it was.
    pub(super) fn holds(&self) -> bool {
        Self::now(self.kind, self.name.clone()).state == self.state
    }

    pub(super) fn into_program(self) -> Option<PathBuf> {
        (self.kind == Kind::Program).then(|| self.name.into())
    }

    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(3, ' ');
        let kind = parts.next()?;
        let kind = KINDS.iter().find(|(_, name)| *name == kind)?.0;
        Some(Self { kind, state: parts.next()?.to_owned(), name: unescape(parts.next()?) })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, name)| name);
        write!(f, "{kind} {} {}", self.state, self.name.replace('\\', "\\\\").replace('\n', "\\n"))
    }
}

fn unescape(name: &str) -> String {
    let mut plain = String::new();
    let mut rest = name.chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' => plain.extend(rest.next().map(|it| if it == 'n' { '\n' } else { it })),
            other => plain.push(other),
        }
    }
    plain
}

fn absent() -> String {
    "absent".to_owned()
}

fn file(path: &Path) -> String {
    let Ok(metadata) = fs::metadata(path) else { return absent() };
    let since = metadata.modified().ok().and_then(|it| it.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    format!("{}.{:09}/{}", since.as_secs(), since.subsec_nanos(), metadata.len())
}

fn folder(path: &Path) -> String {
    let mut files = BTreeMap::new();
    visit(path, &mut |it| {
        files.insert(it.to_owned(), file(it));
    });
    format!("{:016x}", hash(format!("{files:?}").as_ref()))
}

/// The time of the last change to the file at `path`, or to any in that folder.
pub(super) fn changed(path: &Path) -> Option<SystemTime> {
    let mut newest = None;
    visit(path, &mut |it| newest = newest.max(fs::metadata(it).and_then(|it| it.modified()).ok()));
    newest
}

/// Calls `found` for the file at `path`, or for all files in that folder but what is hidden or built.
fn visit(path: &Path, found: &mut impl FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(path) else { return found(path) };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let skipped = name.as_encoded_bytes().starts_with(b".") || name == "target";
        // Links are not followed into folders: they may lead in circles.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !skipped => visit(&entry.path(), found),
            Ok(kind) if !kind.is_dir() => found(&entry.path()),
            _ => {}
        }
    }
}

/// FNV-1a: the same on every machine and in every version of Rust.
fn hash(value: &OsStr) -> u64 {
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    value.as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325, fold)
}
