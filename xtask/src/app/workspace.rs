//! The workspace of the current folder, as far as its top manifest tells.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use toml::{Table, Value};

use crate::failure::Failure;

/// The manifest of a package or workspace.
const MANIFEST: &str = "Cargo.toml";

/// A workspace with an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its folder.
    pub root: PathBuf,
    /// The package with its systems.
    pub app: String,
    /// The name of the project, which its deployed stacks carry: that of the package with the systems unless the
    /// metadata names it.
    pub project: String,
    /// The stages in which more care is taken.
    pub protected_stages: Vec<String>,
    /// The stages whose deployments end before their resources are ready for traffic.
    pub express_stages: Vec<String>,
    /// Packages whose features are unified with those of the app, so that what both depend on is compiled once.
    pub build_with: Vec<String>,
    /// Where cargo puts what it builds, where that is not what cargo itself would choose.
    pub target: Option<PathBuf>,
}

/// The folder of the workspace that the current folder is in.
///
/// # Errors
/// When it is in none.
pub fn root() -> anyhow::Result<PathBuf> {
    let folder = std::env::current_dir().context("the current folder cannot be read")?;
    Ok(find(&folder)?.0)
}

impl Workspace {
    /// Whether the metadata names `stage` among those that are protected.
    #[must_use]
    pub fn protects(&self, stage: &str) -> bool {
        self.protected_stages.iter().any(|it| it == stage)
    }

    /// Whether the metadata names `stage` among those whose deployments end as soon as everything is configured.
    #[must_use]
    pub fn is_express(&self, stage: &str) -> bool {
        self.express_stages.iter().any(|it| it == stage)
    }

    /// The packages whose features are unified in builds for this machine: the app, which depends on all handlers, and
    /// those that the metadata names.
    pub fn unified(&self) -> impl Iterator<Item = &str> {
        self.build_with.iter().map(String::as_str).chain([self.app.as_str()])
    }

    /// The workspace that the current folder is in.
    ///
    /// # Errors
    /// When it is in none, or the workspace names no app.
    pub fn current() -> anyhow::Result<Self> {
        Self::at(&std::env::current_dir().context("the current folder cannot be read")?)
    }

    /// The workspace that `folder` is in.
    ///
    /// # Errors
    /// When it is in none, or the workspace names no app.
    pub fn at(folder: &Path) -> anyhow::Result<Self> {
        let (root, manifest) = find(folder)?;
        let stackwright = manifest.get("workspace").and_then(|it| it.get("metadata")?.get("stackwright")).cloned();
        let manifest = root.join(MANIFEST);
        match stackwright.as_ref().map(|it| it.get("app")) {
            Some(Some(Value::String(app))) if !app.is_empty() => {
                let project = stackwright.as_ref().and_then(|it| it.get("project")?.as_str()).unwrap_or(app);
                let list = |name: &str| texts(stackwright.as_ref().and_then(|it| it.get(name)), name, &manifest);
                let workspace = Self {
                    root,
                    app: app.clone(),
                    project: project.to_owned(),
                    protected_stages: list("protect")?,
                    express_stages: list("express")?,
                    build_with: list("build-with")?,
                    target: None,
                };
                match workspace.express_stages.iter().find(|stage| workspace.protects(stage)) {
                    None => Ok(workspace),
                    Some(stage) => Err(Failure::new(format!(
                        "the stage `{stage}` is in `protect` and in `express` of `[workspace.metadata.stackwright]` of `{}`",
                        manifest.display()
                    ))
                    .help("a protected stage waits until everything is ready: take it out of `express`")
                    .into()),
                }
            }
            Some(Some(other)) => Err(Failure::new(format!(
                "`app` in `[workspace.metadata.stackwright]` of `{}` is `{other}`, expected the name of a package",
                manifest.display()
            ))
            .help("such as `app = \"stacks\"`")
            .into()),
            _ => Err(Failure::new(format!("the workspace `{}` has no app: nothing says what it deploys", root.display()))
                .help(format!(
                    "name the package with the systems in `{}`: `[workspace.metadata.stackwright]`, and below it `app = \"stacks\"`",
                    manifest.display()
                ))
                .help("`cargo stackwright init DIR` makes a workspace with an app")
                .into()),
        }
    }
}

/// The texts of a list in the metadata. Anything else is refused: a stage would be less protected than its team believes.
fn texts(value: Option<&Value>, name: &str, manifest: &Path) -> anyhow::Result<Vec<String>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let texts = value.as_array().and_then(|all| all.iter().map(|it| it.as_str().map(str::to_owned)).collect());
    texts.ok_or_else(|| {
        Failure::new(format!(
            "`{name}` in `[workspace.metadata.stackwright]` of `{}` is `{value}`, expected a list of texts",
            manifest.display()
        ))
        .help(format!("such as `{name} = [\"…\"]`"))
        .into()
    })
}

/// The nearest folder, from `folder` up, whose manifest is that of a workspace.
fn find(folder: &Path) -> anyhow::Result<(PathBuf, Table)> {
    for root in folder.ancestors() {
        let path = root.join(MANIFEST);
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let manifest: Table =
            text.parse().map_err(|error| Failure::new(format!("`{}` cannot be read: {error}", path.display())))?;
        if manifest.contains_key("workspace") {
            return Ok((root.to_owned(), manifest));
        }
    }
    Err(Failure::new(format!("`{}` is in no Cargo workspace", folder.display()))
        .help("go to the folder of a workspace, or make one: `cargo stackwright init DIR`")
        .into())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn at(manifest: &str) -> Result<Workspace, String> {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join(MANIFEST), manifest).unwrap();
        let member = folder.path().join("handlers/orders");
        std::fs::create_dir_all(&member).unwrap();
        std::fs::write(member.join(MANIFEST), "[package]\nname = \"orders\"").unwrap();
        let root = folder.path().display().to_string();
        Workspace::at(&member).map_err(|error| error.to_string().replace(&root, "ROOT"))
    }

    #[test]
    fn the_app_is_named_by_the_workspaces_metadata() {
        let found = at("[workspace]\nmembers = []\n[workspace.metadata.stackwright]\napp = \"stacks\"").unwrap();
        assert_eq!((found.app.as_str(), found.project.as_str()), ("stacks", "stacks"));
        let found = at("[workspace.metadata.stackwright]\napp = \"stacks\"\nproject = \"shop\"").unwrap();
        assert_eq!(found.project, "shop");
        assert!(!found.protects("prod"));
        let found = at("[workspace.metadata.stackwright]\napp = \"stacks\"\nprotect = [\"prod\"]").unwrap();
        assert!(found.protects("prod") && !found.protects("dev"));
        let found = at("[workspace.metadata.stackwright]\napp = \"stacks\"\nexpress = [\"dev\"]").unwrap();
        assert!(found.is_express("dev") && !found.is_express("prod"));
        let error =
            at("[workspace.metadata.stackwright]\napp = \"stacks\"\nexpress = [\"a\"]\nprotect = [\"a\"]").unwrap_err();
        assert!(error.starts_with("the stage `a` is in `protect` and in `express` of "), "{error}");
        let error = at("[workspace.metadata.stackwright]\napp = \"stacks\"\nprotect = \"prod\"").unwrap_err();
        assert!(error.contains("is `\"prod\"`, expected a list of texts"), "{error}");
    }

    #[test]
    fn a_workspace_without_an_app_says_how_to_name_one() {
        for manifest in ["[workspace]", "[workspace.metadata.stackwright]", "[workspace.metadata]\nother = 1"] {
            let error = at(manifest).unwrap_err();
            assert!(error.starts_with("the workspace `ROOT` has no app"), "{error}");
            assert!(error.contains("`app = \"stacks\"`"), "{error}");
        }
        let error = at("[workspace.metadata.stackwright]\napp = 1").unwrap_err();
        assert!(error.contains("is `1`, expected the name of a package"), "{error}");
    }

    #[test]
    fn a_broken_manifest_is_said_with_its_place() {
        let error = at("[workspace").unwrap_err();
        assert!(error.starts_with("`ROOT/Cargo.toml` cannot be read: TOML parse error at line 1"), "{error}");
    }
}
