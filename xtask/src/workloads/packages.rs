//! The packages that workers' programs are built from.

use std::collections::{BTreeMap, BTreeSet};

use assembly::Architecture;
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand};
use kubernetes::Package;

use crate::assets::Workspace;
use crate::assets::build::WORKER;
use crate::assets::target::Target;
use crate::failure::Failure;
use crate::lock::{Lock, LockedPackage};

/// What the packages of a workspace depend on when they are built for workers on a processor.
#[derive(Debug)]
pub struct Dependencies {
    metadata: Metadata,
    lock: Lock,
}

impl Dependencies {
    /// Asks cargo.
    ///
    /// # Errors
    /// When cargo does not know them.
    pub fn read(workspace: &Workspace, architecture: Architecture) -> anyhow::Result<Self> {
        let mut command = MetadataCommand::new();
        command.current_dir(workspace.root()).features(CargoOpt::SomeFeatures(vec![WORKER.to_owned()]));
        // What other platforms need is in no image.
        let platform = Target::Lambda(architecture).triple().unwrap_or_default();
        command.other_options(["--filter-platform".to_owned(), platform]);
        let metadata = command.exec().map_err(|error| {
            Failure::new("cargo cannot tell what the programs of workers are built from").help(error.to_string())
        })?;
        Ok(Self { metadata, lock: Lock::read(workspace.root())? })
    }

    /// The package `name` of the workspace, and then all that it is built from: neither what only its tests need, nor what
    /// other platforms do.
    #[must_use]
    pub fn of(&self, name: &str) -> Vec<Package> {
        let packages: BTreeMap<_, _> = self.metadata.packages.iter().map(|it| (&it.id, it)).collect();
        let nodes = self.metadata.resolve.iter().flat_map(|it| &it.nodes);
        let nodes: BTreeMap<_, _> = nodes.map(|it| (&it.id, it)).collect();
        let members = self.metadata.workspace_members.iter();
        let mut open: Vec<_> =
            members.filter(|id| packages.get(id).is_some_and(|it| it.name.as_str() == name)).collect();
        let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
        while let Some(id) = open.pop() {
            let (true, Some(package), Some(node)) = (seen.insert(id), packages.get(id), nodes.get(id)) else {
                continue;
            };
            let (name, version) = (package.name.as_str().to_owned(), package.version.to_string());
            let is_same = |it: &&LockedPackage| {
                (&it.name, &it.version, it.is_external) == (&name, &version, package.source.is_some())
            };
            let locked = self.lock.packages().iter().find(is_same);
            found.push(Package {
                checksum: locked.and_then(|it| it.checksum.clone()),
                license: package.license.clone(),
                name,
                version,
            });
            let is_built = |it: &&cargo_metadata::NodeDep| {
                it.dep_kinds.iter().any(|it| matches!(it.kind, DependencyKind::Normal | DependencyKind::Build))
            };
            open.extend(node.deps.iter().filter(is_built).map(|it| &it.pkg));
        }
        found
    }
}
