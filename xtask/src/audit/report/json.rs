//! The audit for programs: version 1 promises `version` and `findings`.

use serde_json::json;

use super::super::matrix::AuditReport;
use super::Basis;

/// The report as JSON.
#[must_use]
pub fn render(report: &AuditReport, basis: &Basis) -> String {
    let json = json!({
        "version": 1,
        "catalogue": basis.catalogue,
        "findings": report.findings,
        "suppressed": report.suppressed,
        "functions": report.functions,
        "programs": report.programs,
        "change": report.change,
        "files": report.files,
        "passed_over": report.passed_over,
    });
    format!("{json:#}")
}
