//! The environment variables that a build may depend on.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What the variables begin with that cargo sets for a program that it runs. They say something of that program, and
/// to the build scripts of another build they would look like a change.
const CARGO_SETS: [&str; 6] =
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_", "CARGO_RUSTC_CURRENT_DIR"];

/// What the variables begin with that cargo itself reads to decide what it builds.
const CARGO_READS: [&str; 6] =
    ["CARGO_BUILD_", "CARGO_ENCODED_RUSTFLAGS", "CARGO_PROFILE_", "CARGO_TARGET_", "CARGO_INCREMENTAL", "RUSTC"];

/// Whether cargo sets the variable `name` for a program that it runs, and it says something of that program alone.
#[must_use]
pub fn is_set_by_cargo(name: &str) -> bool {
    CARGO_SETS.iter().any(|prefix| name.starts_with(prefix)) || name == "OUT_DIR"
}

/// Those that are set and that cargo reads.
pub(super) fn read_by_cargo() -> BTreeSet<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut names: BTreeSet<_> =
        names.filter(|name| CARGO_READS.iter().any(|prefix| name.starts_with(prefix))).collect();
    names.insert("RUSTFLAGS".to_owned());
    // Set by rustup for what it runs, and then it is the name of the compiler that is looked at anyway.
    if std::env::var_os("CARGO").is_none() {
        names.insert("RUSTUP_TOOLCHAIN".to_owned());
    }
    names
}

/// Those that any crate or build script in the folder of `program` has read. More than its own may be among them.
pub(super) fn read_by_crates(program: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in profile_folders(program) {
        for path in files(&folder.join("deps")).filter(|it| it.extension().is_some_and(|it| it == "d")) {
            collect(&path, "# env-dep:", &mut names);
        }
        for path in files(&folder.join("build")) {
            collect(&path.join("output"), "cargo:rerun-if-env-changed=", &mut names);
            collect(&path.join("output"), "cargo::rerun-if-env-changed=", &mut names);
        }
    }
    // Cargo sets these for what it runs and for what it builds, so they say nothing of the user's environment.
    names.retain(|name| !is_set_by_cargo(name) && name != "CARGO" && name != "LD_LIBRARY_PATH");
    names
}

/// `target/PROFILE`, and with `--target` also `target/TARGET/PROFILE`.
fn profile_folders(program: &Path) -> Vec<PathBuf> {
    let Some(folder) = program.parent() else { return Vec::new() };
    let host = folder.file_name().and_then(|profile| Some(folder.parent()?.parent()?.join(profile)));
    host.into_iter().filter(|it| it.join("deps").is_dir()).chain([folder.to_owned()]).collect()
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn collect(path: &Path, prefix: &str, names: &mut BTreeSet<String>) {
    let Ok(text) = fs::read_to_string(path) else { return };
    let names_of = text.lines().filter_map(|line| line.strip_prefix(prefix));
    names.extend(names_of.filter_map(|it| it.split('=').next()).map(|name| name.trim().to_owned()));
}
