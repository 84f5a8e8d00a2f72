//! Which dependencies call AWS by themselves, and since when.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::code::Code;
use crate::audit::source::Source;
use crate::lock::{Lock, LockedPackage};

/// The package that signs requests to AWS.
const SIGNING: &str = "aws-sigv4";

/// The packages of the SDK itself, and of the bindings, whose calls are those of whoever uses them.
fn is_of_sdk(name: &str) -> bool {
    name.starts_with("aws-sdk-") || name.starts_with("aws-smithy-") || name == "stackwright-bindings" || {
        ["aws-config", "aws-credential-types", "aws-runtime", SIGNING, "aws-types"].contains(&name)
    }
}

/// A dependency that calls AWS by itself.
#[derive(Debug, Clone)]
pub(super) struct Supplier<'a> {
    pub package: &'a LockedPackage,
    /// The services whose SDKs it depends on.
    pub services: BTreeSet<&'a str>,
    /// Its versions in the other state; none when it is new.
    pub before: Vec<&'a str>,
    /// Those of them that it did not have in the other state.
    pub new_services: BTreeSet<&'a str>,
    /// Whether it signs requests without an SDK, and did not in the other state.
    pub signs_newly: bool,
    /// Its source, once it was asked for.
    code: OnceCell<Option<Code>>,
}

/// The dependencies in `after` that call AWS by themselves, compared with those in `before`.
pub(super) fn suppliers<'a>(before: &'a Lock, after: &'a Lock) -> Vec<Supplier<'a>> {
    let supplier = |package: &'a LockedPackage| {
        let same: Vec<_> = before.packages().iter().filter(|it| it.name == package.name).collect();
        let earlier: BTreeSet<_> = same.iter().flat_map(|it| services(it)).collect();
        let services: BTreeSet<_> = services(package).collect();
        let signs = |package: &LockedPackage| package.dependencies().any(|it| it == SIGNING);
        Supplier {
            new_services: services.difference(&earlier).copied().collect(),
            signs_newly: services.is_empty() && signs(package) && !same.iter().any(|it| signs(it)),
            before: same.iter().map(|it| it.version.as_str()).collect(),
            code: OnceCell::new(),
            services,
            package,
        }
    };
    let others = after.packages().iter().filter(|it| it.is_external && !is_of_sdk(&it.name));
    others.map(supplier).filter(|it| !it.services.is_empty() || it.signs_newly).collect()
}

fn services(package: &LockedPackage) -> impl Iterator<Item = &str> {
    package.dependencies().filter_map(|it| it.strip_prefix("aws-sdk-"))
}

impl Supplier<'_> {
    /// Whether the other state had it in this version.
    pub(super) fn is_unchanged(&self) -> bool {
        self.before.contains(&self.package.version.as_str())
    }

    /// Its source; nothing when it is not in `registry`.
    pub(super) fn code(&self, registry: &Registry) -> Option<&Code> {
        self.code.get_or_init(|| registry.code(self.package)).as_ref()
    }

    /// It with its versions: `` `foo` 1.2.0 -> 1.3.0 ``, or `` `foo` 1.3.0, which is new ``.
    pub(super) fn versions(&self) -> String {
        let LockedPackage { name, version, .. } = self.package;
        match self.before.as_slice() {
            [] => format!("`{name}` {version}, which is new"),
            _ if self.is_unchanged() => format!("`{name}` {version}"),
            before => format!("`{name}` {} -> {version}", before.join(", ")),
        }
    }
}

/// The source of dependencies, as far as cargo has it on this machine.
#[derive(Debug, Default)]
pub struct Registry {
    /// The folders in which cargo unpacks packages, one for each registry.
    folders: Vec<PathBuf>,
}

impl Registry {
    /// The source that cargo has unpacked below `cargo_home`.
    #[must_use]
    pub fn below(cargo_home: &Path) -> Self {
        let entries = std::fs::read_dir(cargo_home.join("registry/src")).into_iter().flatten().flatten();
        let mut folders: Vec<_> = entries.map(|entry| entry.path()).collect();
        folders.sort();
        Self { folders }
    }

    /// The source that cargo has unpacked on this machine.
    #[must_use]
    pub fn of_machine() -> Self {
        let home = || std::env::home_dir().unwrap_or_default().join(".cargo");
        Self::below(&std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from))
    }

    /// The source of `package`, with places such as `foo-1.3.0/src/lib.rs:20:9`. Nothing when it is not here.
    fn code(&self, package: &LockedPackage) -> Option<Code> {
        let name = format!("{}-{}", package.name, package.version);
        let folder = self.folders.iter().find(|folder| folder.join(&name).is_dir())?;
        Some(Code::of(Source::read(folder, &[name]).texts()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "[[package]]
name = 'orders'
version = '0.1.0'
dependencies = ['aws-sdk-sqs', 'cache', 'quiet']
[[package]]
name = 'cache'
version = '1.2.0'
source = 'registry'
[[package]]
name = 'quiet'
version = '1.0.0'
source = 'registry'
dependencies = ['aws-sdk-sqs']
[[package]]
name = 'aws-sdk-sqs'
version = '1.0.0'
source = 'registry'
dependencies = ['aws-sigv4']
";

    #[test]
    fn what_begins_to_call_aws_is_told_from_what_did_before() {
        let after = BEFORE.replace(
            "version = '1.2.0'\nsource = 'registry'",
            "version = '1.3.0'\nsource = 'registry'\ndependencies = ['aws-sdk-dynamodb 1.1.0']",
        ) + "[[package]]\nname = 'beacon'\nversion = '0.1.0'\nsource = 'registry'\ndependencies = ['aws-sigv4']\n";
        let (before, after) = (Lock::parse(BEFORE).unwrap(), Lock::parse(&after).unwrap());
        let told = |it: &Supplier<'_>| format!("{}: {:?} {}", it.versions(), it.new_services, it.signs_newly);
        assert_eq!(
            suppliers(&before, &after).iter().map(told).collect::<Vec<_>>(),
            [
                "`cache` 1.2.0 -> 1.3.0: {\"dynamodb\"} false",
                "`quiet` 1.0.0: {} false",
                "`beacon` 0.1.0, which is new: {} true"
            ]
        );
    }
}
