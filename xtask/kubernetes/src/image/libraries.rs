//! Shared libraries that a program needs, from a folder that has a system.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::program::{self, Needs};
use super::versions::Versions;
use crate::Error;
use crate::workload::Architecture;

/// A folder with a system as it is below `/`, where shared libraries are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sysroot {
    /// The folder: `/` for the libraries of this machine.
    pub root: PathBuf,
    /// Where in it libraries are, in the order in which they are looked for: those where the loader looks.
    pub folders: Vec<String>,
}

/// glibc loads these by itself to resolve host names, before version 2.34.
const RESOLVERS: [&str; 2] = ["libnss_files.so.2", "libnss_dns.so.2"];

/// As many links may lead from one to the next, as in Linux.
const LINKS: usize = 40;

impl Sysroot {
    /// The system below `root`, with the folders of Amazon Linux, Debian and Alpine.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>, architecture: Architecture) -> Self {
        let triple = match architecture {
            Architecture::Amd64 => "x86_64-linux-gnu",
            Architecture::Arm64 => "aarch64-linux-gnu",
        };
        let folders =
            ["/lib64".to_owned(), "/usr/lib64".to_owned(), format!("/lib/{triple}"), format!("/usr/lib/{triple}")];
        let common = ["/lib", "/usr/lib"].map(str::to_owned);
        Self { root: root.into(), folders: folders.into_iter().chain(common).collect() }
    }

    /// The bytes of the file at `path` as seen in the system, links followed within it.
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let mut rest: VecDeque<_> = Path::new(path).components().map(|part| part.as_os_str().to_owned()).collect();
        let (mut found, mut links) = (PathBuf::new(), 0);
        while let Some(part) = rest.pop_front() {
            match Path::new(&part).components().next() {
                Some(Component::Normal(name)) => found.push(name),
                Some(Component::ParentDir) => drop(found.pop()),
                Some(Component::RootDir) => found.clear(),
                _ => {}
            }
            let Ok(target) = fs::read_link(self.root.join(&found)) else { continue };
            links += 1;
            if links > LINKS {
                return Err(io::Error::other("too many links"));
            }
            found.pop();
            target.components().rev().for_each(|part| rest.push_front(part.as_os_str().to_owned()));
        }
        fs::read(self.root.join(found))
    }

    /// Where library `name` is, with its bytes: the first that fits the architecture.
    fn find(&self, name: &str, architecture: Architecture) -> Option<(String, Vec<u8>, Needs)> {
        self.folders.iter().find_map(|folder| {
            let path = format!("{folder}/{name}");
            let bytes = self.read(&path).ok()?;
            let needs = program::needs(&bytes).ok().filter(|needs| needs.architecture == architecture)?;
            Some((path, bytes, needs))
        })
    }
}

/// The files that a program with `needs` loads, by path: its loader and its libraries, with theirs.
///
/// # Errors
/// When one is not found.
pub(super) fn libraries(program: &Needs, sysroot: Option<&Sysroot>) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut files = BTreeMap::new();
    if program.interpreter.is_none() && program.libraries.is_empty() {
        return Ok(files);
    }
    let Some(sysroot) = sysroot else {
        let list = program.libraries.join("`, `");
        return Err(Error::new(format!("the program needs the shared libraries `{list}`, and no sysroot is given"))
            .help(
                "name a folder with the system that has them, or build for `*-unknown-linux-musl`, which needs none",
            ));
    };
    let mut found = Vec::new();
    if let Some(path) = &program.interpreter {
        let bytes = sysroot.read(path).map_err(|error| {
            Error::because(format!("cannot read the loader `{path}` below `{}`", sysroot.root.display()), &error)
                .help("the sysroot must be of the system that the program is linked for")
        })?;
        if let Ok(needs) = program::needs(&bytes) {
            let name = path.rsplit('/').next().unwrap_or(path);
            found.push((name.to_owned(), needs.versions));
        }
        files.insert(path.clone(), bytes);
    }
    let mut names = BTreeSet::new();
    let mut wanted: VecDeque<_> =
        program.libraries.iter().map(|name| (name.clone(), "the program".to_owned())).collect();
    while let Some((name, by)) = wanted.pop_front() {
        let is_loader = program.interpreter.as_deref().is_some_and(|path| path.ends_with(&format!("/{name}")));
        if is_loader || !names.insert(name.clone()) {
            continue;
        }
        let Some((path, bytes, needs)) = sysroot.find(&name, program.architecture) else {
            if RESOLVERS.contains(&name.as_str()) {
                continue;
            }
            let (root, folders) = (sysroot.root.display(), sysroot.folders.join("`, `"));
            return Err(Error::new(format!(
                "{by} needs the shared library `{name}`, which is not below `{root}` for {}",
                program.architecture
            ))
            .help(format!("it was looked for in `{folders}`: add its folder to the sysroot's, or install it there")));
        };
        wanted.extend(needs.libraries.into_iter().map(|library| (library, format!("`{name}`"))));
        if name == "libc.so.6" {
            wanted.extend(RESOLVERS.map(|resolver| (resolver.to_owned(), format!("`{name}`"))));
        }
        found.push((name, needs.versions));
        files.insert(path, bytes);
    }
    check_versions(&program.versions, &found, sysroot)?;
    Ok(files)
}

/// The loader refuses to start a program when a library lacks a version that is wanted of it.
fn check_versions(program: &Versions, found: &[(String, Versions)], sysroot: &Sysroot) -> Result<(), Error> {
    let wanting = [("the program", program)].into_iter();
    let wanting = wanting.chain(found.iter().map(|(name, versions)| (name.as_str(), versions)));
    for (by, versions) in wanting {
        for (library, version) in &versions.wanted {
            let has = |(name, of): &&(String, Versions)| {
                name == library && !of.present.is_empty() && !of.present.contains(version)
            };
            if found.iter().any(|it| has(&it)) {
                let root = sysroot.root.display();
                return Err(Error::new(format!("{by} wants `{version}` of `{library}`, which the one below `{root}` lacks"))
                    .help("the sysroot is older than the system that it was linked for: name a newer one, or build for the older"));
            }
        }
    }
    Ok(())
}
