//! The editor of whoever is at the terminal.

use std::io::Write as _;
use std::process::Command;

use anyhow::Context as _;

use crate::failure::Failure;

/// A body as somebody leaves it in an editor.
pub(super) fn edited(body: &str) -> anyhow::Result<String> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let Some(editor) = variable("VISUAL").or_else(|| variable("EDITOR")) else {
        return Err(Failure::new("there is no editor to open the message in")
            .help("set `EDITOR`, such as to `vi`")
            .into());
    };
    let mut file = tempfile::Builder::new().prefix("message-").suffix(".json").tempfile()?;
    file.write_all(body.as_bytes())?;
    file.flush()?;
    // The variable may hold arguments as well.
    let status = Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(file.path()).status();
    let status = status.with_context(|| format!("`{editor}` cannot be run"))?;
    if !status.success() {
        return Err(Failure::new(format!("the editor `{editor}` ended with {status}; the message stays")).into());
    }
    let edited = std::fs::read_to_string(file.path()).context("what the editor left cannot be read")?;
    // Editors end a file with a line break.
    let edited = if body.ends_with('\n') { edited.as_str() } else { edited.trim_end_matches('\n') };
    Ok(edited.to_owned())
}
