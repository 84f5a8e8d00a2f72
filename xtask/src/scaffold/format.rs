//! Rust source as the workspace's formatter writes it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::changes::Changes;

/// `text` formatted as the workspace says; as it is when there is no formatter, or it is no Rust.
pub(super) fn rust(text: &str, changes: &Changes) -> String {
    formatted(text, changes).unwrap_or_else(|| text.to_owned())
}

fn formatted(text: &str, changes: &Changes) -> Option<String> {
    let mut command = Command::new("rustfmt");
    command.args(["--edition", "2024", "--emit", "stdout", "--quiet"]);
    match changes.pending("rustfmt.toml") {
        // It is not on disk yet: the same settings as arguments.
        Some(settings) => {
            let settings = settings.lines().map(|line| line.replace([' ', '"'], "")).collect::<Vec<_>>();
            command.args(["--config", &settings.join(",")]);
        }
        None => {
            command.arg("--config-path").arg(changes.root());
        }
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    String::from_utf8(output.stdout).ok().filter(|text| output.status.success() && !text.is_empty())
}
