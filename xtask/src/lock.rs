//! What `Cargo.lock` says: which packages depend on which, and in which versions.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use toml::{Table, Value};

/// The name of the file.
pub const FILE: &str = "Cargo.lock";

/// The packages of a workspace, with those that they depend on.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    packages: Vec<LockedPackage>,
}

/// A package in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether it comes from a registry or from git, and is no folder of the machine.
    pub is_external: bool,
    /// The SHA-256 of its archive, when it comes from a registry.
    pub checksum: Option<String>,
    /// The line of the file on which it is named, from 1.
    pub line: usize,
    /// `name`, or `name version` where there are several.
    dependencies: Vec<String>,
}

impl Lock {
    /// That of the workspace at `root`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let file = root.join(FILE);
        let text = fs::read_to_string(&file).with_context(|| format!("`{}` cannot be read", file.display()))?;
        Self::parse(&text).with_context(|| format!("`{}` cannot be read", file.display()))
    }

    /// The lock file with this text.
    ///
    /// # Errors
    /// When it is no TOML.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let file: Table = text.parse()?;
        // Cargo writes the name of a package right below the head of its table.
        let heads = text.lines().enumerate().filter(|(_, line)| line.trim() == "[[package]]");
        let mut lines = heads.map(|(index, _)| index + 2);
        let packages = file.get("package").and_then(Value::as_array).into_iter().flatten();
        let package = |value: &Value| {
            let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let dependencies = value.get("dependencies").and_then(Value::as_array).into_iter().flatten();
            LockedPackage {
                name: text("name"),
                version: text("version"),
                is_external: value.get("source").is_some(),
                checksum: value.get("checksum").and_then(Value::as_str).map(str::to_owned),
                line: lines.next().unwrap_or(1),
                dependencies: dependencies.filter_map(|it| it.as_str().map(str::to_owned)).collect(),
            }
        };
        Ok(Self { packages: packages.map(package).collect() })
    }

    /// All packages, in the order of the file.
    #[must_use]
    pub fn packages(&self) -> &[LockedPackage] {
        &self.packages
    }

    /// The package `name`, and what it depends on, directly or not; it does not tell which of them only its tests need.
    #[must_use]
    pub fn beneath(&self, name: &str) -> Vec<&LockedPackage> {
        let mut open = vec![name];
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        while let Some(wanted) = open.pop() {
            if !seen.insert(wanted) {
                continue;
            }
            let Some(package) = self.find(wanted) else { continue };
            found.push(package);
            open.extend(package.dependencies.iter().map(String::as_str));
        }
        found
    }

    fn find(&self, wanted: &str) -> Option<&LockedPackage> {
        let (name, version) =
            wanted.split_once(' ').map_or((wanted, None), |(name, rest)| (name, rest.split(' ').next()));
        self.packages.iter().find(|it| it.name == name && version.is_none_or(|version| it.version == version))
    }
}

impl LockedPackage {
    /// The names of the packages that it itself depends on.
    pub fn dependencies(&self) -> impl Iterator<Item = &str> {
        self.dependencies.iter().map(|it| it.split(' ').next().unwrap_or(it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "version = 4

[[package]]
name = 'orders'
version = '0.1.0'
dependencies = ['serde', 'syn 2.0.0']

[[package]]
name = 'serde'
version = '1.0.1'
source = 'registry'
dependencies = ['syn 1.0.0', 'serde']

[[package]]
name = 'syn'
version = '1.0.0'
source = 'registry'

[[package]]
name = 'syn'
version = '2.0.0'
source = 'registry'

[[package]]
name = 'other'
version = '1.0.0'
source = 'registry'
";

    #[test]
    fn what_a_package_depends_on_is_told_with_the_line_that_names_it() {
        let lock = Lock::parse(LOCK).unwrap();
        let mut found: Vec<_> =
            lock.beneath("orders").into_iter().map(|it| (it.line, it.name.as_str(), it.version.as_str())).collect();
        found.sort_unstable();
        assert_eq!(found, [(4, "orders", "0.1.0"), (9, "serde", "1.0.1"), (15, "syn", "1.0.0"), (20, "syn", "2.0.0")]);
        assert!(lock.beneath("nobody").is_empty());
    }
}
