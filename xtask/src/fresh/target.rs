//! Where cargo puts what it builds.

use std::fs;
use std::path::{Path, PathBuf};

/// The target folder of the workspace at `root`, as the environment or cargo's configuration names it, without asking
/// cargo.
///
/// Of the configuration, `target-dir` on a line of its own below `[build]` is understood; it is a place to remember
/// builds in, which cargo need not agree with.
#[must_use]
pub fn target_folder(root: &Path) -> PathBuf {
    let named = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"].into_iter().find_map(std::env::var_os);
    let named = named.filter(|it| !it.is_empty()).map(PathBuf::from);
    // A relative one is relative to the current folder. Cargo is always run in the workspace's.
    root.join(named.or_else(|| root.ancestors().find_map(configured)).unwrap_or_else(|| "target".into()))
}

fn configured(folder: &Path) -> Option<PathBuf> {
    let files = [".cargo/config", ".cargo/config.toml"].map(|name| folder.join(name));
    let text = files.iter().find_map(|file| fs::read_to_string(file).ok())?;
    let mut table = "";
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            table = line;
        }
        let value = line.split_once('=').filter(|(key, _)| table == "[build]" && key.trim() == "target-dir");
        if let Some((_, value)) = value {
            let value = value.trim().trim_matches(['"', '\'']);
            return Some(folder.join(value));
        }
    }
    None
}
