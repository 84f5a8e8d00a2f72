//! The Rust toolchain, and how its paths are kept out of programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::target::Target;
use crate::failure::Failure;

/// The Rust toolchain of a workspace.
#[derive(Debug, Clone)]
pub(super) struct Toolchain {
    cargo_home: PathBuf,
    sysroot: PathBuf,
    /// The commit that its standard library was built from.
    commit: String,
}

impl Toolchain {
    /// The toolchain that builds the workspace at `root`.
    pub(super) fn of(root: &Path) -> Result<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let ask = |arguments: &[&str]| -> Result<String> {
            let output = Command::new(&rustc).args(arguments).current_dir(root).output();
            let output = output.with_context(|| format!("`{}` cannot be run", rustc.display()))?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let version = ask(&["--version", "--verbose"])?;
        let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
        let home = || std::env::home_dir().unwrap_or_default().join(".cargo");
        Ok(Self {
            cargo_home: std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from),
            sysroot: ask(&["--print", "sysroot"])?.into(),
            commit: commit.to_owned(),
        })
    }

    /// Fails when it cannot build for `target`.
    pub(super) fn require(&self, target: Target) -> Result<()> {
        match target.triple() {
            Some(triple) if !self.sysroot.join("lib/rustlib").join(&triple).join("lib").is_dir() => {
                Err(Failure::new(format!("the Rust target `{triple}` is not installed; nothing was built"))
                    .help(format!("`rustup target add {triple}` installs it"))
                    .help("a Rust that rustup did not install gets it from where it came from")
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// Flags of rustc that replace the paths of this machine, so that a program has the same bytes wherever it is built.
    ///
    /// Of two that fit, rustc takes the later.
    pub(super) fn remaps(&self, root: &Path) -> Vec<String> {
        let sources = self.cargo_home.join("registry/src");
        // One folder for each registry; its name has a hash that depends on the registry's address. The registry of
        // this workspace has its folder: xtask itself was built from it.
        let mut registries: Vec<_> =
            std::fs::read_dir(&sources).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        registries.sort();
        let standard = (self.sysroot.join("lib/rustlib/src/rust"), format!("/rustc/{}", self.commit));
        let home = (self.cargo_home.clone(), "/cargo".to_owned());
        let workspace = (root.to_owned(), "/workspace".to_owned());
        let registries = registries.into_iter().map(|path| (path, "/cargo/registry".to_owned()));
        [workspace, home, standard]
            .into_iter()
            .chain(registries)
            .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
            .collect()
    }
}
