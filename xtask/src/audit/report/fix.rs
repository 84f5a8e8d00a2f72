//! The changes of bindings that leave exactly what is used.

use super::super::matrix::AuditReport;

/// Each change as a piece of a patch, by file and line; then what no change of a binding mends.
#[must_use]
pub fn render(report: &AuditReport) -> String {
    let mut text = String::new();
    let mut changes: Vec<_> = report.findings.iter().filter_map(|finding| finding.change.as_ref()).collect();
    changes.sort();
    changes.dedup();
    let mut file = "";
    for change in &changes {
        if change.file != file {
            file = &change.file;
            text += &format!("--- {file}\n+++ {file}\n");
        }
        text += &format!("@@ line {} @@\n-{}\n", change.line, change.before);
        if let Some(after) = &change.after {
            text += &format!("+{after}\n");
        }
    }
    let others = report.findings.iter().filter(|finding| finding.change.is_none()).count();
    let count = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    text += &match (changes.len(), others) {
        (0, 0) => "no change: each binding grants exactly what is used".to_owned(),
        (changed, 0) => count(changed, "change"),
        (changed, others) => {
            format!("{}; {} that no change of a binding mends", count(changed, "change"), count(others, "finding"))
        }
    };
    text + "\n"
}
