//! Workspaces and systems that are made from templates: what `init` and `new` write.

mod app_source;
mod changes;
mod format;
mod manifest;
mod names;
mod readme;
mod source;
mod template;
mod workspace;

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::failure::Failure;

use changes::Changes;
pub use source::Source;
pub use template::Template;
use workspace::Workspace;

/// The system that a new workspace has.
pub const STARTER: &str = "notes";

/// What was written, and what the user should know.
#[derive(Debug, PartialEq, Eq)]
pub struct Made {
    /// The files that were written, below the workspace's folder, each with whether it was there before.
    pub files: Vec<(String, bool)>,
    /// What could not be done, and what it needs.
    pub remarks: Vec<String>,
}

/// Makes a workspace in `folder`, which does not exist or is empty.
///
/// All or nothing: when a file cannot be written, those before it are removed.
pub fn init(folder: &Path, source: &Source) -> anyhow::Result<Made> {
    refuse_what_is_there(folder)?;
    let absolute = std::path::absolute(folder).with_context(|| format!("`{}` is no folder", folder.display()))?;
    let title = absolute.components().next_back().map(|it| it.as_os_str().to_string_lossy().into_owned());
    let mut changes = Changes::below(&absolute);
    for (path, text) in template::workspace(title.as_deref().unwrap_or("Systems"), STARTER, source)? {
        changes.create(path, text)?;
    }
    let remarks = add_to(&mut changes, STARTER, Template::Starter, source)?;
    Ok(Made { files: changes.write()?, remarks })
}

/// Adds the system `name` to the workspace in `root`.
///
/// All or nothing: when a file cannot be written, what was changed is as before.
pub fn add(root: &Path, name: &str, template: Template, source: &Source) -> anyhow::Result<Made> {
    let mut changes = Changes::below(root);
    let remarks = add_to(&mut changes, name, template, source)?;
    Ok(Made { files: changes.write()?, remarks })
}

fn add_to(changes: &mut Changes, name: &str, template: Template, source: &Source) -> anyhow::Result<Vec<String>> {
    names::check(name, template)?;
    let mut workspace = Workspace::read(changes)?;
    let module = name.replace('-', "_");
    workspace.refuse_taken(changes, name, &module)?;

    for (path, text) in template.files(name, &module, &workspace)? {
        let text =
            if Path::new(&path).extension().is_some_and(|it| it == "rs") { format::rust(&text, changes) } else { text };
        changes.create(path, text)?;
    }
    workspace.register(changes, name, template, source)?;
    let path = format!("{}/src/lib.rs", workspace.app_folder);
    let old = changes.read(&path)?;
    let registered = app_source::with_system(&old, &module).map_err(|problem| {
        Failure::new(format!("`{path}` cannot be changed: {problem}")).help(format!(
            "write `pub mod {module};` and `App::new([{module}::SYSTEM])` as in a workspace that `init` makes"
        ))
    })?;
    // Lines of another width are the user's: only what was formatted stays so.
    let registered = if format::rust(&old, changes) == old { format::rust(&registered, changes) } else { registered };
    changes.replace(path, registered);

    let mut remarks = Vec::new();
    let readme = changes.read("README.md").ok();
    match readme.and_then(|text| readme::with_system(&text, name, template.description())) {
        Some(text) => changes.replace("README.md", text),
        None => remarks
            .push(format!("README.md has no table with the column `System`: say yourself that there is `{name}`")),
    }
    Ok(remarks)
}

fn refuse_what_is_there(folder: &Path) -> anyhow::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            return Err(Failure::new(format!("`{}` is a file, expected a folder", folder.display()))
                .help("name a folder that does not exist or is empty")
                .into());
        }
        Err(error) => return Err(error).with_context(|| format!("`{}` cannot be read", folder.display())),
    };
    // A fresh clone of an empty repository is empty to its user.
    let mut names: Vec<_> = entries.flatten().map(|it| it.file_name()).filter(|it| it != ".git").collect();
    names.sort();
    let Some(first) = names.first() else { return Ok(()) };
    Err(Failure::new(format!("`{}` is not empty: it has `{}`", folder.display(), first.to_string_lossy()))
        .help("name a folder that does not exist or is empty")
        .help("to add a system to a workspace: `cargo stackwright new NAME --template api`")
        .into())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn made(made: &Made) -> Vec<String> {
        made.files.iter().map(|(path, was_there)| format!("{}{path}", if *was_there { "~" } else { "+" })).collect()
    }

    #[test]
    fn a_workspace_is_made_once_and_systems_are_added() {
        let parent = TempDir::new().unwrap();
        let shop = parent.path().join("a/shop");
        let first = init(&shop, &Source::Registry).unwrap();
        assert_eq!(first.files.len(), 18);
        assert_eq!(first.remarks, Vec::<String>::new());
        let error = init(&shop, &Source::Registry).unwrap_err().to_string();
        assert!(error.contains("is not empty: it has `.cargo`"), "{error}");

        let second = add(&shop, "orders", Template::Api, &Source::Registry).unwrap();
        let expected = [
            "+handlers/orders/Cargo.toml",
            "+handlers/orders/src/lib.rs",
            "+handlers/orders/src/main.rs",
            "+stacks/src/orders.rs",
            "+stacks/tests/orders.rs",
            "~Cargo.toml",
            "~README.md",
            "~stacks/Cargo.toml",
            "~stacks/src/lib.rs",
        ];
        assert_eq!(made(&second), expected);

        let before = fs::read_to_string(shop.join("Cargo.toml")).unwrap();
        for taken in ["orders", "stacks", "serde", "main", "lambda-runtime"] {
            let error = add(&shop, taken, Template::Queue, &Source::Registry).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{taken}` is taken: ")), "{error}");
        }
        assert_eq!(fs::read_to_string(shop.join("Cargo.toml")).unwrap(), before);
    }
}
