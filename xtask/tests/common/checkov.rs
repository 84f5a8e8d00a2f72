//! What checkov says of templates.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use testing::{CommandOutput, command};

/// The checks that the templates in `folder` fail, and those that they skip without a reason; each with its template and
/// resource.
pub(crate) fn unexplained(folder: &Path) -> Vec<String> {
    let tool = CommandOutput::of(&mut command(&["local", "tool", "checkov"])).expect(0);
    let mut checkov = Command::new(format!("{}/checkov", tool.stdout.trim()));
    // Without a key and with `--skip-download` it asks nothing of the network.
    checkov.env_remove("BC_API_KEY").args(["--framework", "cloudformation", "--skip-download", "--compact"]);
    checkov.args(["--output", "json", "--soft-fail", "--directory"]).arg(folder);
    let report = CommandOutput::of(&mut checkov).expect(0).json();
    assert!(report["summary"]["passed"].as_u64() > Some(0) && report["summary"]["parsing_errors"] == 0, "{report}");
    let of = |outcome: &str| report["results"][outcome].as_array().unwrap().iter();
    let is_without_reason = |it: &&Value| {
        let reason = it["check_result"]["suppress_comment"].as_str().unwrap_or_default();
        reason.is_empty() || reason == "No comment provided"
    };
    let found = of("failed_checks").chain(of("skipped_checks").filter(is_without_reason));
    let text = |it: &Value, field: &str| it[field].as_str().unwrap().to_owned();
    let lines = found.map(|it| ["check_id", "file_path", "resource"].map(|field| text(it, field)).join(" "));
    lines.collect()
}
