//! Findings as cargo's JSON messages, which rust-analyzer shows in the editor.
//!
//! The form is that of `cargo check --message-format json`:
//! <https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages>.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use assembly::Finding;
use serde_json::{Value, json};

use crate::assets::workspace::AppTarget;

/// `finding` as a message of cargo. `root` is the workspace's folder, which the places of findings start from.
///
/// A finding without a place is shown at the start of the target: an editor shows nothing that has none.
#[must_use]
pub(super) fn message(finding: &Finding, app: &AppTarget, root: &Path) -> Value {
    let (file, line, column) = match &finding.location {
        Some(location) => (root.join(&location.file).display().to_string(), location.line, location.column),
        None => (app.src_path.clone(), 1, 1),
    };
    let help = finding.help.iter().map(|help| diagnostic(&json!(null), "help", help, &json!([]), &json!([]), None));
    let span = json!({
        "file_name": file,
        // Not known; editors go by line and column.
        "byte_start": 0,
        "byte_end": 0,
        "line_start": line,
        "line_end": line,
        "column_start": column,
        "column_end": column,
        "is_primary": true,
        "text": [],
        "label": null,
        "suggested_replacement": null,
        "suggestion_applicability": null,
        "expansion": null,
    });
    let code = json!({ "code": finding.rule, "explanation": null });
    let severity = finding.severity.to_string();
    let children = Value::Array(help.collect());
    let rendered = format!("{finding}\n");
    let mut message = diagnostic(&code, &severity, &finding.message, &json!([span]), &children, Some(&rendered));
    message["$message_type"] = json!("diagnostic");
    json!({
        "reason": "compiler-message",
        "package_id": app.package_id,
        "manifest_path": app.manifest_path,
        "target": {
            "kind": ["bin"],
            "crate_types": ["bin"],
            "name": app.name,
            "src_path": app.src_path,
            "edition": "2024",
            "doc": true,
            "doctest": false,
            "test": true,
        },
        "message": message,
    })
}

fn diagnostic(
    code: &Value,
    level: &str,
    message: &str,
    spans: &Value,
    children: &Value,
    rendered: Option<&str>,
) -> Value {
    json!({
        "message": message,
        "code": code,
        "level": level,
        "spans": spans,
        "children": children,
        "rendered": rendered,
    })
}

/// Lets cargo check the workspace at `root` and print its own messages on standard output; whether all of it compiles.
///
/// # Errors
/// When cargo cannot be run.
pub(super) fn check_workspace(root: &Path) -> anyhow::Result<bool> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(&cargo)
        .args(["check", "--workspace", "--all-targets", "--quiet", "--message-format", "json"])
        .current_dir(root)
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{}` cannot be run", cargo.display()))?;
    Ok(status.success())
}

#[cfg(test)]
mod tests {
    use assembly::Location;
    use cargo_metadata::Message;
    use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};

    use super::*;

    fn read(finding: &Finding) -> Diagnostic {
        let app = AppTarget {
            package_id: "path+file:///shop/stacks#0.1.0".to_owned(),
            manifest_path: "/shop/stacks/Cargo.toml".to_owned(),
            name: "stacks".to_owned(),
            src_path: "/shop/stacks/src/main.rs".to_owned(),
        };
        let line = message(finding, &app, Path::new("/shop")).to_string();
        assert!(!line.contains('\n'));
        match Message::parse_stream(line.as_bytes()).next().unwrap().unwrap() {
            Message::CompilerMessage(message) => {
                assert_eq!((message.target.name.as_str(), message.target.is_bin()), ("stacks", true));
                message.message
            }
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn cargos_own_reader_takes_a_finding() {
        let location = Location { file: "stacks/src/orders.rs".to_owned(), line: 45, column: 22 };
        let found =
            read(&Finding::error("unknown-index", "binds `by-modle`").at(location).help("did you mean `by-model`?"));
        assert_eq!((found.message.as_str(), found.level), ("binds `by-modle`", DiagnosticLevel::Error));
        assert_eq!(found.code.unwrap().code, "unknown-index");
        let [span] = found.spans.as_slice() else { unreachable!("it has one place") };
        assert_eq!(span.file_name, "/shop/stacks/src/orders.rs");
        assert_eq!((span.line_start, span.column_start, span.is_primary), (45, 22, true));
        let [help] = found.children.as_slice() else { unreachable!("it has one help") };
        assert_eq!((help.message.as_str(), help.level), ("did you mean `by-model`?", DiagnosticLevel::Help));
        assert!(found.rendered.unwrap().starts_with("error[unknown-index]: binds `by-modle`\n"));
    }

    #[test]
    fn a_finding_without_a_place_is_at_the_start_of_the_app() {
        let found = read(&Finding::warning("stack-limit", "the stack is large"));
        assert_eq!(found.level, DiagnosticLevel::Warning);
        assert_eq!((found.spans[0].file_name.as_str(), found.spans[0].line_start), ("/shop/stacks/src/main.rs", 1));
        assert_eq!(found.children, []);
    }
}
