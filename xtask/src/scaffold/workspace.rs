//! The workspace that a system is added to.

use std::path::Path;

use toml_edit::Item;

use super::changes::Changes;
use super::manifest::Manifest;
use super::source::Source;
use super::template::{self, STACK_DEPENDENCIES, TEST_DEPENDENCIES, Template};
use crate::exit::Exit;
use crate::failure::Failure;

const MANIFEST: &str = "Cargo.toml";
const DEPENDENCIES: [&str; 2] = ["workspace", "dependencies"];
const MEMBERS: [&str; 2] = ["workspace", "members"];

/// A workspace with an app.
#[derive(Debug)]
pub(super) struct Workspace {
    manifest: Manifest,
    /// The folders of its packages, with their names.
    packages: Vec<(String, String)>,
    /// The folder of the app's package.
    pub(super) app_folder: String,
}

impl Workspace {
    pub(super) fn read(changes: &Changes) -> anyhow::Result<Self> {
        let manifest = read(changes, MANIFEST)?;
        let app = manifest.get_str(&["workspace", "metadata", "stackwright", "app"]).ok_or_else(|| {
            Failure::new(format!("the workspace `{}` has no app", changes.root().display()))
                .help("name the package with the systems: `[workspace.metadata.stackwright]`, and below it `app = \"stacks\"`")
        })?;
        let mut packages = Vec::new();
        for folder in member_folders(changes, &manifest) {
            // A folder without a package is Cargo's to tell.
            let Ok(member) = read(changes, &format!("{folder}/{MANIFEST}")) else { continue };
            if let Some(name) = member.get_str(&["package", "name"]) {
                packages.push((folder, name.to_owned()));
            }
        }
        let app_folder = packages.iter().find(|(_, name)| name == app).map(|(folder, _)| folder.clone());
        let app_folder = app_folder.ok_or_else(|| {
            Failure::new(format!("the app `{app}` is no package of the workspace `{}`", changes.root().display()))
                .help(format!("`[workspace.metadata.stackwright]` in `{MANIFEST}` names it"))
        })?;
        Ok(Self { manifest, packages, app_folder })
    }

    /// Refuses the name of what there is.
    pub(super) fn refuse_taken(&self, changes: &Changes, name: &str, module: &str) -> anyhow::Result<()> {
        let app = &self.app_folder;
        let paths = [
            format!("handlers/{name}"),
            format!("{app}/src/{module}"),
            format!("{app}/src/{module}.rs"),
            format!("{app}/tests/{module}"),
            format!("{app}/tests/{module}.rs"),
        ];
        let taken = |by: String| {
            Failure::new(format!("`{name}` is taken: {by}")).exit(Exit::Usage).help(format!("such as `my-{name}`"))
        };
        if let Some(path) = paths.iter().find(|path| changes.exists(path)) {
            return Err(taken(format!("there is `{path}`")).into());
        }
        if let Some((folder, _)) = self.packages.iter().find(|(_, package)| package == name) {
            return Err(taken(format!("it is the package in `{folder}`")).into());
        }
        let as_module = |key: &&str| key.replace('-', "_") == module;
        // `init` names its own system before that is there.
        let handler = format!("handlers/{name}");
        let is_own = self.manifest.get_str(&["workspace", "dependencies", name, "path"]) == Some(handler.as_str());
        if let Some(key) = self.manifest.keys(&DEPENDENCIES).into_iter().find(as_module).filter(|_| !is_own) {
            return Err(taken(format!("the dependency `{key}` of the workspace has it")).into());
        }
        let locked = changes.read("Cargo.lock").unwrap_or_default();
        if locked.lines().any(|line| line == format!("name = \"{name}\"")) {
            return Err(
                taken(format!("a library in `Cargo.lock` has it, and `cargo build -p {name}` would name two")).into()
            );
        }
        let lib = changes.read(&format!("{app}/src/lib.rs"))?;
        for source in rust_files(changes, &format!("{app}/src")).iter().chain([&lib]) {
            let declared = [format!("const NAME: &str = \"{name}\""), format!("System::new(\"{name}\"")];
            if declared.iter().any(|text| source.contains(text)) || source.contains(&format!("mod {module};")) {
                return Err(taken(format!("a system in `{app}/src` has it")).into());
            }
        }
        Ok(())
    }

    /// Names the system's crate in the manifests, and the libraries that it needs and the workspace does not have.
    pub(super) fn register(
        &mut self,
        changes: &mut Changes,
        name: &str,
        template: Template,
        source: &Source,
    ) -> anyhow::Result<()> {
        let handlers = self.handlers();
        let failed = |file: &str| {
            let file = file.to_owned();
            move |problem: String| Failure::new(format!("`{file}` cannot be changed: {problem}"))
        };
        let libraries = template.dependencies().iter().map(|(name, _)| *name);
        for library in libraries.chain(STACK_DEPENDENCIES).chain(TEST_DEPENDENCIES) {
            let line = source.dependency(library).or_else(|| template::library(library));
            if let Some(line) = line.filter(|_| !self.manifest.keys(&DEPENDENCIES).contains(&library)) {
                self.manifest.insert(&DEPENDENCIES, library, &line, &[]).map_err(failed(MANIFEST))?;
            }
        }
        let folder = format!("handlers/{name}");
        if template.has_handler() {
            if !self.manifest.keys(&DEPENDENCIES).contains(&name) {
                let line = format!("{name} = {{ path = \"{folder}\" }}");
                self.manifest.insert(&DEPENDENCIES, name, &line, &handlers).map_err(failed(MANIFEST))?;
            }
            if !self.manifest.list(&MEMBERS).iter().any(|member| covers(member, &folder)) {
                self.manifest.insert_member(&MEMBERS, &folder).map_err(failed(MANIFEST))?;
            }
        }
        changes.replace(MANIFEST, self.manifest.text().to_owned());

        let path = format!("{}/{MANIFEST}", self.app_folder);
        let mut app = read(changes, &path)?;
        let handler = template.has_handler().then_some(name);
        for (table, libraries) in [
            ("dependencies", STACK_DEPENDENCIES.into_iter().chain(handler).collect::<Vec<_>>()),
            ("dev-dependencies", TEST_DEPENDENCIES.to_vec()),
        ] {
            for library in libraries {
                // What the app depends on, its tests can use.
                let known = app.keys(&["dependencies"]).contains(&library) || app.keys(&[table]).contains(&library);
                if !known {
                    let siblings = if handler == Some(library) { handlers.as_slice() } else { &[] };
                    let line = format!("{library}.workspace = true");
                    app.insert(&[table], library, &line, siblings).map_err(failed(&path))?;
                }
            }
        }
        changes.replace(path, app.text().to_owned());
        Ok(())
    }

    /// What a package of the workspace says of itself, as far as the workspace says it for all.
    pub(super) fn package_lines(&self) -> Vec<String> {
        let shared = self.manifest.keys(&["workspace", "package"]);
        let line = |key: &str, own: Option<&str>| {
            let own = own.map(|value| format!("{key} = {value}"));
            if shared.contains(&key) { Some(format!("{key}.workspace = true")) } else { own }
        };
        [
            line("version", Some("\"0.1.0\"")),
            line("edition", Some("\"2024\"")),
            line("rust-version", None),
            line("license", None),
            line("publish", Some("false")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Whether the workspace has lints for all of its packages.
    pub(super) fn has_lints(&self) -> bool {
        self.manifest.get(&["workspace", "lints"]).is_some()
    }

    /// The dependencies of the workspace that are handlers of systems: in `handlers/`, and the workspace's alone.
    fn handlers(&self) -> Vec<String> {
        let is_handler = |key: &&str| {
            let get = |field| self.manifest.get(&["workspace", "dependencies", *key, field]);
            let path = get("path").and_then(Item::as_str);
            path.is_some_and(|path| path.starts_with("handlers/"))
                && get("package").is_none()
                && get("version").is_none()
        };
        self.manifest.keys(&DEPENDENCIES).into_iter().filter(is_handler).map(str::to_owned).collect()
    }
}

fn read(changes: &Changes, path: &str) -> anyhow::Result<Manifest> {
    let text = changes.read(path)?;
    Ok(Manifest::parse(&text).map_err(|error| Failure::new(format!("`{path}` cannot be read: {error}")))?)
}

/// The folders of the workspace's members.
fn member_folders(changes: &Changes, manifest: &Manifest) -> Vec<String> {
    let mut folders = Vec::new();
    for member in manifest.list(&MEMBERS) {
        match member.strip_suffix("/*") {
            Some(parent) => folders.extend(names(changes, parent).into_iter().map(|name| format!("{parent}/{name}"))),
            None => folders.push(member.to_owned()),
        }
    }
    folders
}

/// Whether a member of a workspace, which may end in `/*`, is or includes a folder.
fn covers(member: &str, folder: &str) -> bool {
    member == folder
        || member.strip_suffix("/*").is_some_and(|parent| folder.rsplit_once('/').map(|it| it.0) == Some(parent))
}

/// What is in a folder.
fn names(changes: &Changes, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(changes.root().join(folder)).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The texts of a folder's Rust files and of the folders in it.
fn rust_files(changes: &Changes, folder: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for name in names(changes, folder) {
        let path = format!("{folder}/{name}");
        if Path::new(&name).extension().is_some_and(|it| it == "rs") {
            texts.extend(changes.read(&path));
        } else if changes.root().join(&path).is_dir() {
            texts.extend(rust_files(changes, &path));
        }
    }
    texts
}
