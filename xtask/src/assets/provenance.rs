//! What a program was built from, kept beside its zip, so that a plan says why its code changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::archive::Artifact;
use super::bucket::Bucket;
use super::workspace::Workspace;
use crate::cloud::explain;
use crate::hex;
use crate::lock::Lock;

/// What decides the bytes of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// How many bytes its zip has.
    pub size: usize,
    /// Cargo's profile, with the target where it is not this machine: `x86_64-unknown-linux-gnu/lambda`.
    pub profile: String,
    /// The compiler, as it names itself.
    pub compiler: String,
    /// The versions of the packages that the program's package depends on, directly or not, by name.
    pub packages: BTreeMap<String, String>,
    /// The start of the SHA-256 of each file of the workspace that it was compiled from.
    pub sources: BTreeMap<String, String>,
}

/// How many bytes of a hash tell two states of a file apart.
const HASH_BYTES: usize = 8;

/// How many causes are named.
const MOST_CAUSES: usize = 4;

/// What is kept beside the zip `key`.
#[must_use]
pub fn key_beside(key: &str) -> String {
    format!("{}.json", key.strip_suffix(".zip").unwrap_or(key))
}

/// What all programs of a workspace are built from alike.
#[derive(Debug)]
pub struct Origin<'a> {
    root: &'a Path,
    workspace: Workspace,
    lock: Lock,
    compiler: String,
}

impl<'a> Origin<'a> {
    /// That of the workspace at `root`, as it is now.
    ///
    /// # Errors
    /// When a file that tells it cannot be read.
    pub fn read(root: &'a Path) -> anyhow::Result<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let version = Command::new(rustc).arg("--version").current_dir(root).output().context("rustc cannot be run")?;
        Ok(Self {
            root,
            workspace: Workspace::read(root)?,
            lock: Lock::read(root)?,
            compiler: String::from_utf8_lossy(&version.stdout).trim().to_owned(),
        })
    }

    /// What `artifact` was built from.
    ///
    /// # Errors
    /// When cargo left no note of its source.
    pub fn of(&self, artifact: &Artifact) -> anyhow::Result<Provenance> {
        let program = artifact.program_file.as_path();
        let folders: Vec<_> = program.ancestors().skip(1).filter_map(Path::file_name).map(|it| it.display()).collect();
        let profile = match &folders[..] {
            // The folder of a target is named for it.
            [profile, target, ..] if target.to_string().contains('-') => format!("{target}/{profile}"),
            [profile, ..] => profile.to_string(),
            [] => String::new(),
        };
        Ok(Provenance {
            size: artifact.zip.len(),
            profile,
            compiler: self.compiler.clone(),
            packages: packages_of(self.workspace.package_of(&artifact.program)?, &self.lock),
            sources: sources(self.root, &program.with_extension("d"))?,
        })
    }
}

impl Provenance {
    /// What the zip `key` in `bucket` was built from; nothing when it is not known.
    pub async fn read(s3: &Client, bucket: &Bucket, key: &str) -> Option<Self> {
        let call = s3.get_object().bucket(&bucket.name).expected_bucket_owner(&bucket.account).key(key_beside(key));
        let body = call.send().await.ok()?.body.collect().await.ok()?;
        serde_json::from_slice(&body.into_bytes()).ok()
    }

    /// Keeps it beside the zip `key` in `bucket`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn write(&self, s3: &Client, bucket: &Bucket, key: &str) -> anyhow::Result<()> {
        let call = s3.put_object().bucket(&bucket.name).expected_bucket_owner(&bucket.account).key(key_beside(key));
        let body = ByteStream::from(serde_json::to_vec(self)?);
        call.content_type("application/json").body(body).send().await.map_err(explain)?;
        Ok(())
    }

    /// What is different from `before`: `2 KiB larger: handlers/orders/src/submit.rs, serde 1.0.1 -> 1.0.2`.
    #[must_use]
    pub fn changes_since(&self, before: &Self) -> String {
        let changed = |old: &BTreeMap<String, String>, new: &BTreeMap<String, String>| {
            let names: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
            let changed = names.into_iter().filter(|name| old.get(name) != new.get(name));
            changed.map(|name| (old.get(&name).cloned(), new.get(&name).cloned(), name)).collect::<Vec<_>>()
        };
        let mut causes = Vec::new();
        if self.profile != before.profile {
            causes.push(format!("built as {} instead of {}", self.profile, before.profile));
        }
        if self.compiler != before.compiler {
            causes.push(format!("{} instead of {}", self.compiler, before.compiler));
        }
        for (old, new, name) in changed(&before.sources, &self.sources) {
            causes.push(match (old, new) {
                (None, _) => format!("{name} is new"),
                (_, None) => format!("{name} is gone"),
                _ => name,
            });
        }
        for (old, new, name) in changed(&before.packages, &self.packages) {
            causes.push(match (old, new) {
                (Some(old), Some(new)) => format!("{name} {old} -> {new}"),
                (None, Some(new)) => format!("{name} {new} is new"),
                (old, None) => format!("{name} {} is gone", old.unwrap_or_default()),
            });
        }
        if causes.len() > MOST_CAUSES {
            let more = causes.len() - MOST_CAUSES;
            causes.truncate(MOST_CAUSES);
            causes.push(format!("{more} more"));
        }
        let size = match self.size.abs_diff(before.size) {
            0..1024 => "as large as before".to_owned(),
            bytes => format!("{} KiB {}", bytes / 1024, if self.size > before.size { "larger" } else { "smaller" }),
        };
        if causes.is_empty() { size } else { format!("{size}: {}", causes.join(", ")) }
    }
}

/// The packages that `package` depends on by the lock file, with their versions; not those of the workspace.
fn packages_of(package: &str, lock: &Lock) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for package in lock.beneath(package).into_iter().filter(|it| it.is_external) {
        let versions = found.entry(package.name.clone()).or_default();
        let separator = if versions.is_empty() { "" } else { ", " };
        *versions = format!("{versions}{separator}{}", package.version);
    }
    found
}

/// The files of the workspace that cargo's `dep_info` of a program names, with the start of their hashes.
fn sources(root: &Path, dep_info: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(dep_info).with_context(|| format!("`{}` cannot be read", dep_info.display()))?;
    let files = text.lines().next().and_then(|line| line.split_once(": ")).map(|(_, files)| files).unwrap_or_default();
    // A space in a path is escaped.
    let files = files.replace("\\ ", "\0");
    let mut found = BTreeMap::new();
    for file in files.split(' ').map(|file| file.replace('\0', " ")) {
        let Ok(relative) = Path::new(&file).strip_prefix(root) else { continue };
        let content = fs::read(&file).with_context(|| format!("`{file}` cannot be read"))?;
        let hash = hex::encode(Sha256::digest(content).get(..HASH_BYTES).unwrap_or_default());
        found.insert(relative.display().to_string(), hash);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provenance(size: usize, packages: &[(&str, &str)], sources: &[(&str, &str)]) -> Provenance {
        let map = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let (profile, compiler) = ("lambda".to_owned(), "rustc 1.95.0".to_owned());
        Provenance { size, profile, compiler, packages: map(packages), sources: map(sources) }
    }

    #[test]
    fn each_cause_is_named() {
        let before = provenance(2_000_000, &[("serde", "1.0.1"), ("old", "2.0.0")], &[("a.rs", "1"), ("b.rs", "2")]);
        let after = provenance(2_012_000, &[("serde", "1.0.2"), ("new", "0.1.0")], &[("a.rs", "3"), ("c.rs", "4")]);
        assert_eq!(
            after.changes_since(&before),
            "11 KiB larger: a.rs, b.rs is gone, c.rs is new, new 0.1.0 is new, 2 more"
        );
        assert_eq!(before.changes_since(&before), "as large as before");
        let other = Provenance { profile: "debug".to_owned(), ..before.clone() };
        assert_eq!(other.changes_since(&before), "as large as before: built as debug instead of lambda");
    }

    #[test]
    fn only_what_the_package_depends_on_counts() {
        let lock = "
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
        let found = packages_of("orders", &Lock::parse(lock).unwrap());
        let found: Vec<_> = found.iter().map(|(name, version)| format!("{name} {version}")).collect();
        assert_eq!(found, ["serde 1.0.1", "syn 2.0.0, 1.0.0"]);
    }
}
