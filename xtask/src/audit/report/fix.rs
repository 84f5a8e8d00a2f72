//! The changes of bindings that leave exactly what is used.

use super::super::matrix::AuditReport;
use super::tally::counted;

/// Each change as a piece of a patch, by file and line; then what no change of a binding mends.
#[must_use]
pub fn render(report: &AuditReport) -> String {
    let mut changes: Vec<_> = report.findings.iter().filter_map(|finding| finding.change.as_ref()).collect();
    changes.sort();
    changes.dedup();
    let mut lines = Vec::new();
    let mut file = "";
    for change in &changes {
        if change.file != file {
            file = &change.file;
            lines.extend([format!("--- {file}"), format!("+++ {file}")]);
        }
        lines.extend([format!("@@ line {} @@", change.line), format!("-{}", change.before)]);
        lines.extend(change.after.as_ref().map(|after| format!("+{after}")));
    }
    let unmended = report.findings.iter().filter(|finding| finding.change.is_none()).count();
    lines.push(match (changes.len(), unmended) {
        (0, 0) => "no change: each binding grants exactly what is used".to_owned(),
        (count, 0) => counted(count, "change"),
        (count, unmended) => {
            format!("{}; {} that no change of a binding mends", counted(count, "change"), counted(unmended, "finding"))
        }
    });
    lines.join("\n") + "\n"
}
