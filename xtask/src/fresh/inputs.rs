//! Everything that decides what a build makes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::environment::{read_by_cargo, read_by_crates};
use super::mark::{self, Mark};

/// Files, folders and environment variables.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    paths: BTreeSet<PathBuf>,
    variables: BTreeSet<String>,
}

impl Inputs {
    /// What decides how anything is built at `root`: cargo's configuration, the toolchain, the environment.
    pub(super) fn of_machine(root: &Path) -> Self {
        let mut paths: BTreeSet<_> = root
            .ancestors()
            .flat_map(|it| {
                [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"]
                    .map(|name| it.join(name))
            })
            .collect();
        if let Some(home) = home("CARGO_HOME", ".cargo") {
            paths.extend(["config.toml", "config"].map(|name| home.join(name)));
        }
        paths.extend(["Cargo.toml", "Cargo.lock"].map(|name| root.join(name)));
        paths.extend(toolchain());
        Self { paths, variables: read_by_cargo() }
    }

    /// What decided what `programs` became, by the lists that cargo writes beside them; nothing when one has no list.
    pub(super) fn of_programs(root: &Path, programs: &[PathBuf]) -> Option<Self> {
        let mut inputs = Self::of_machine(root);
        for program in programs {
            let list = fs::read_to_string(program.with_extension("d")).ok()?;
            inputs.paths.extend(sources(&list).map(|source| root.join(source)));
            inputs.variables.extend(read_by_crates(program));
        }
        let folders: BTreeSet<_> =
            inputs.paths.iter().flat_map(|it| it.ancestors().skip(1)).map(Path::to_owned).collect();
        for folder in folders {
            let manifest = folder.join("Cargo.toml");
            if !manifest.is_file() {
                continue;
            }
            // A build script may read any file of its package. That there is none is remembered, too.
            let script = folder.join("build.rs");
            inputs.paths.extend(script.is_file().then_some(folder));
            inputs.paths.extend([manifest, script]);
        }
        Some(inputs)
    }

    /// The time of the last change to any of them, but for what was generated beside `programs`.
    pub(super) fn newest(&self, programs: &[PathBuf]) -> Option<SystemTime> {
        // What build scripts have generated is made while cargo runs.
        let built: Vec<_> = programs.iter().filter_map(|it| it.parent()).collect();
        let written = self.paths.iter().filter(|path| !built.iter().any(|folder| path.starts_with(folder)));
        written.filter_map(|it| mark::changed(it)).max()
    }

    pub(super) fn into_marks(self) -> Vec<Mark> {
        let paths = self.paths.iter().map(|it| Mark::path(it));
        paths.chain(self.variables.iter().map(|it| Mark::variable(it))).collect()
    }
}

/// The files that the list `list` of cargo names, which has a line for each program: `PROGRAM: SOURCE SOURCE ...`, with
/// spaces escaped by a backslash.
fn sources(list: &str) -> impl Iterator<Item = PathBuf> {
    list.lines().filter_map(|line| Some(line.split_once(": ")?.1)).flat_map(|line| {
        let mut found = Vec::new();
        let mut path = String::new();
        let mut rest = line.chars().peekable();
        while let Some(next) = rest.next() {
            match next {
                '\\' if rest.peek() == Some(&' ') => path.extend(rest.next()),
                ' ' => found.push(std::mem::take(&mut path)),
                other => path.push(other),
            }
        }
        found.push(path);
        found.into_iter().filter(|path| !path.is_empty()).map(PathBuf::from)
    })
}

/// The compiler and cargo as they are found, and what rustup chooses them by.
fn toolchain() -> Vec<PathBuf> {
    let beside_cargo = std::env::var_os("CARGO").map(PathBuf::from).filter(|it| it.is_absolute());
    let mut found: Vec<_> = if let Some(cargo) = beside_cargo {
        let rustc = cargo.with_file_name(format!("rustc{}", std::env::consts::EXE_SUFFIX));
        vec![cargo, rustc]
    } else {
        let rustup = home("RUSTUP_HOME", ".rustup");
        let settings = rustup.as_ref().map(|it| it.join("settings.toml"));
        let toolchains = rustup.map(|it| it.join("toolchains")).and_then(|it| fs::read_dir(it).ok());
        let compilers = toolchains.into_iter().flatten().flatten().map(|it| it.path().join("bin/rustc"));
        on_path("cargo").into_iter().chain(on_path("rustc")).chain(settings).chain(compilers).collect()
    };
    let named = ["RUSTC", "RUSTC_WRAPPER"].into_iter().filter_map(std::env::var_os);
    found.extend(named.filter_map(|it| on_path(&it.to_string_lossy())));
    found
}

/// Where the search path leads to for `program`.
fn on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&folders).map(|folder| folder.join(&name)).find(|path| path.is_file())
}

fn home(variable: &str, usual: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).filter(|it| !it.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(std::env::home_dir()?.join(usual)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_in_paths_are_escaped() {
        let list = "/t/app: /a\\ b/src/lib.rs /c/main.rs\n/t/libx.rlib: C:\\d\\e.rs\n\n";
        let sources: Vec<_> = sources(list).collect();
        assert_eq!(sources, ["/a b/src/lib.rs", "/c/main.rs", "C:\\d\\e.rs"].map(PathBuf::from));
    }
}
