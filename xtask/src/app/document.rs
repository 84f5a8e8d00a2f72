//! Reads what the app printed.

use std::collections::BTreeMap;

use anyhow::Result;
use assembly::{Assembly, VERSION};
use serde::Deserialize;

use super::Workspace;
use crate::failure::Failure;

/// The first members of a document of any version.
#[derive(Deserialize)]
struct Head {
    version: u32,
    stackwright: String,
}

/// Reads `printed` as the assembly of the app of `workspace`.
pub(super) fn read(printed: &[u8], workspace: &Workspace) -> Result<Assembly> {
    let app = &workspace.app;
    let Ok(head) = serde_json::from_slice::<Head>(printed) else {
        let text = String::from_utf8_lossy(printed);
        let first = text.lines().next().map(|line| line.chars().take(80).collect::<String>());
        let what = first.map_or_else(|| "nothing".to_owned(), |first| format!("`{first}`"));
        return Err(Failure::new(format!("the app `{app}` printed {what} instead of its assembly"))
            .help("its `main` is `stackwright::App::main` and prints nothing else; write to standard error with `eprintln!`")
            .into());
    };
    require_version(&head, app)?;
    let assembly: Assembly = serde_json::from_slice(printed).map_err(|error| {
        Failure::new(format!("the assembly of the app `{app}` cannot be read: {error}")).help(format!(
            "the app was built with `stackwright` {}, and this is {}: bring both to one version",
            head.stackwright,
            env!("CARGO_PKG_VERSION")
        ))
    })?;
    require_one_of_each_name(&assembly, app)?;
    Ok(assembly)
}

fn require_version(head: &Head, app: &str) -> Result<()> {
    let (theirs, ours) = (&head.stackwright, env!("CARGO_PKG_VERSION"));
    let message =
        format!("the app `{app}` speaks version {} of the assembly, and this engine version {VERSION}", head.version);
    let failure = match head.version {
        VERSION => return Ok(()),
        newer if newer > VERSION => Failure::new(message)
            .help(format!("update the engine to {theirs}: `cargo install cargo-stackwright --version {theirs}`")),
        _ => Failure::new(message).help(format!(
            "update the app from `stackwright` {theirs} to {ours}: set that version in its `Cargo.toml`, then `cargo update`"
        )),
    };
    Err(failure.into())
}

fn require_one_of_each_name(assembly: &Assembly, app: &str) -> Result<()> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for system in &assembly.systems {
        *count.entry(&system.name).or_default() += 1;
    }
    match count.into_iter().find(|(_, count)| *count > 1) {
        None => Ok(()),
        Some((name, count)) => Err(Failure::new(format!("the app `{app}` has {count} systems named `{name}`"))
            .help("give each a name of its own: it is what the command line knows it by")
            .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(printed: &str) -> String {
        let workspace = Workspace {
            root: "/w".into(),
            app: "stacks".to_owned(),
            project: "stacks".to_owned(),
            protected_stages: Vec::new(),
            express_stages: Vec::new(),
            build_with: Vec::new(),
            target: None,
        };
        read(printed.as_bytes(), &workspace).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_assembly_is_shown() {
        assert!(error("").starts_with("the app `stacks` printed nothing instead of its assembly"));
        assert!(error("hello\n{}").starts_with("the app `stacks` printed `hello` instead of its assembly"));
        assert!(
            error("{\"name\": 1}").contains("instead of its assembly\n  help: its `main` is `stackwright::App::main`")
        );
    }

    #[test]
    fn another_version_says_which_side_to_update() {
        let newer = error(r#"{"version": 9, "stackwright": "7.0.0"}"#);
        assert!(newer.contains("help: update the engine to 7.0.0"), "{newer}");
        let older = error(r#"{"version": 0, "stackwright": "0.0.1"}"#);
        assert!(older.contains("help: update the app from `stackwright` 0.0.1 to"), "{older}");
        let damaged = error(&format!(r#"{{"version": {VERSION}, "stackwright": "0.1.0", "stage": "dev"}}"#));
        assert!(damaged.contains("cannot be read: missing field `systems`"), "{damaged}");
    }

    #[test]
    fn two_systems_of_one_name_are_refused() {
        let system = r#"{"name": "a", "description": "", "options": [], "outcome": {"failed": {"message": "m", "location": null}}}"#;
        let error = error(&format!(
            r#"{{"version": {VERSION}, "stackwright": "0.1.0", "stage": "dev", "systems": [{system}, {system}]}}"#
        ));
        assert!(error.starts_with("the app `stacks` has 2 systems named `a`"), "{error}");
    }
}
