//! The workspace as cargo sees it: which package has which program, and which AWS SDKs a package calls.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};

use crate::failure::Failure;

/// The program of a workspace's app, as cargo names it.
#[derive(Debug, Clone)]
pub struct AppTarget {
    /// Cargo's id of its package.
    pub package_id: String,
    /// The path of its package's manifest.
    pub manifest_path: String,
    /// The name of the target.
    pub name: String,
    /// The path of the target's first source file.
    pub src_path: String,
}

/// The packages of a workspace.
#[derive(Debug, Clone)]
pub struct Workspace {
    metadata: Metadata,
    /// Where cargo puts what it builds, where that is not what cargo itself would choose.
    target: Option<PathBuf>,
}

impl Workspace {
    /// Reads the workspace that `directory` is in. It takes about 50 ms and no network.
    ///
    /// # Errors
    /// When `directory` is in no workspace, or one of its manifests cannot be read.
    pub fn read(directory: &Path) -> Result<Self> {
        Self::built_in(directory, None)
    }

    /// The same, if cargo puts what it builds in `target`.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn built_in(directory: &Path, target: Option<&Path>) -> Result<Self> {
        let mut command = MetadataCommand::new();
        if let Some(target) = target {
            command.env("CARGO_TARGET_DIR", target);
        }
        // Without dependencies: resolving them would download the packages of every platform there is.
        let metadata = command.current_dir(directory).no_deps().exec().map_err(|error| {
            Failure::new(format!("cargo cannot read the workspace of `{}`", directory.display()))
                .help(error.to_string())
        })?;
        Ok(Self { metadata, target: target.map(Path::to_owned) })
    }

    /// Its top folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// Where cargo puts what it builds.
    #[must_use]
    pub fn target_directory(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// The same where it is not what cargo itself would choose.
    #[must_use]
    pub fn chosen_target(&self) -> Option<&Path> {
        self.target.as_deref()
    }

    /// The name of the package with the program `program`.
    ///
    /// # Errors
    /// When no package has a binary of that name.
    pub fn package_of(&self, program: &str) -> Result<&str> {
        self.with_program(program).map(|package| package.name.as_str())
    }

    /// The services whose SDK the package of `program` calls, by the names of their crates: `dynamodb` for
    /// `aws-sdk-dynamodb`.
    ///
    /// An SDK counts when the package, or a package of the workspace that it depends on with the features it asks for,
    /// names it as a dependency. What aws-config or an SDK depends on does not.
    ///
    /// # Errors
    /// When no package has a binary of that name.
    pub fn services(&self, program: &str) -> Result<BTreeSet<String>> {
        let mut services = BTreeSet::new();
        self.collect_services(self.with_program(program)?, &["default".to_owned()], &mut services);
        Ok(services)
    }

    /// The source folders of the package of `program`, and of the packages of the workspace that it depends on, relative
    /// to the workspace; nothing when no package has such a program.
    #[must_use]
    pub fn folders_of(&self, program: &str) -> Vec<String> {
        let mut open: Vec<_> = self.with_program(program).into_iter().collect();
        let mut folders = Vec::new();
        while let Some(package) = open.pop() {
            let folder = package.manifest_path.parent().map(|folder| folder.join("src"));
            let folder = folder.and_then(|it| Some(it.strip_prefix(&self.metadata.workspace_root).ok()?.to_string()));
            // The bindings only pass calls on.
            let Some(folder) = folder.filter(|it| !folders.contains(it) && package.name != "stackwright-bindings")
            else {
                continue;
            };
            folders.push(folder);
            let members =
                package.dependencies.iter().filter_map(|it| self.metadata.packages.iter().find(|p| p.name == it.name));
            open.extend(members);
        }
        folders
    }

    /// The program of the app `app`.
    ///
    /// # Errors
    /// When no package has a binary of that name.
    pub fn app_target(&self, app: &str) -> Result<AppTarget> {
        let package = self.with_program(app)?;
        let target = package.targets.iter().find(|target| target.is_kind(TargetKind::Bin) && target.name == app);
        Ok(AppTarget {
            package_id: package.id.repr.clone(),
            manifest_path: package.manifest_path.to_string(),
            name: app.to_owned(),
            src_path: target.map(|target| target.src_path.to_string()).unwrap_or_default(),
        })
    }

    fn with_program(&self, program: &str) -> Result<&Package> {
        let has_program = |package: &&Package| {
            package.targets.iter().any(|target| target.is_kind(TargetKind::Bin) && target.name == program)
        };
        self.metadata.packages.iter().find(has_program).ok_or_else(|| {
            Failure::new(format!("no package of this workspace has a program `{program}`"))
                .help(format!("a handler's program is a file such as `handlers/SYSTEM/src/bin/{program}.rs`"))
                .into()
        })
    }

    fn collect_services(&self, package: &Package, asked: &[String], services: &mut BTreeSet<String>) {
        let enabled = enabled(package, asked);
        for dependency in package.dependencies.iter().filter(|it| it.kind == cargo_metadata::DependencyKind::Normal) {
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
            if dependency.optional && !enabled.contains(&format!("dep:{name}")) && !enabled.contains(name) {
                continue;
            }
            if let Some(service) = dependency.name.strip_prefix("aws-sdk-") {
                services.insert(service.to_owned());
            } else if let Some(member) = self.metadata.packages.iter().find(|it| it.name == dependency.name) {
                let default = dependency.uses_default_features.then(|| "default".to_owned());
                let features: Vec<_> = dependency.features.iter().cloned().chain(default).collect();
                self.collect_services(member, &features, services);
            }
        }
    }
}

/// All features that `asked` switches on in `package`, with the dependencies that they name.
fn enabled(package: &Package, asked: &[String]) -> BTreeSet<String> {
    let mut enabled = BTreeSet::new();
    let mut open = asked.to_vec();
    while let Some(feature) = open.pop() {
        open.extend(package.features.get(&feature).into_iter().flatten().filter(|it| !enabled.contains(*it)).cloned());
        enabled.insert(feature);
    }
    enabled
}
