//! What was accepted before: for a reason, and until a day.

use std::fs;
use std::path::Path;

use engine::audit::baseline::Baseline;
use engine::audit::{AuditFinding, AuditReport, rules};
use time::Date;
use time::macros::date;

const TODAY: Date = date!(2026 - 11 - 25);

fn finding() -> AuditFinding {
    let rule = rules::all().find(|rule| rule.id == "LP02").unwrap();
    AuditFinding::new(rule, "orders", "Processor", "it is not used").about("sqs:SendMessage").on("Orders")
}

fn entry(reason: &str, expires: &str) -> String {
    format!(
        r#"{{"rule": "LP02", "stack": "orders", "resource": "Processor", "reason": "{reason}", "expires": "{expires}"}}"#
    )
}

/// What is open and what is suppressed when the file has `entries`.
#[track_caller]
fn check(entries: &str, open: &[&str], suppressed: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(r#"{{"version": 1, "suppressions": [{entries}]}}"#);
    fs::write(folder.path().join("policy-audit.json"), text).unwrap();
    let mut report = AuditReport { findings: vec![finding()], ..AuditReport::default() };
    Baseline::read(folder.path(), None).unwrap().apply(&mut report, TODAY, |stack| stack == "orders");
    let ids = |findings: &mut dyn Iterator<Item = &AuditFinding>| findings.map(|it| it.rule.id).collect::<Vec<_>>();
    assert_eq!(ids(&mut report.findings.iter()), open);
    assert_eq!(ids(&mut report.suppressed.iter().map(|it| &it.finding)), suppressed);
}

#[test]
fn an_entry_with_a_reason_holds_until_its_day() {
    check("", &["LP02"], &[]);
    check(&entry("sent by hand", "2026-11-25"), &[], &["LP02"]);
    check(&entry("sent by hand", "2026-11-24"), &["LP02", "SU02"], &[]);
    check(&entry("sent by hand", "some day"), &["LP02", "SU02"], &[]);
    check(&entry(" ", "2027-01-31"), &["LP02", "SU03"], &[]);
}

#[test]
fn an_entry_that_suppresses_nothing_is_found() {
    let other = entry("no longer", "2027-01-31").replace("Processor", "Submit");
    check(&other, &["LP02", "SU01"], &[]);
    let no_rule = entry("no rule", "2027-01-31").replace("LP02", "LP99");
    check(&no_rule, &["LP02", "SU04"], &[]);
    let elsewhere = entry("not audited now", "2027-01-31").replace("orders", "roxs");
    check(&elsewhere, &["LP02"], &[]);
}

#[test]
fn an_entry_for_one_action_is_for_no_other() {
    let narrow = entry("sent by hand", "2027-01-31").replace(r#""reason""#, r#""action": "sqs:PurgeQueue", "reason""#);
    check(&narrow, &["LP02", "SU01"], &[]);
}

#[test]
fn what_is_written_accepts_what_was_found_once_reasons_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let written = Baseline::default().and(&[finding()], TODAY).to_json().unwrap();
    assert!(written.contains(r#""expires": "2027-02-23""#), "{written}");
    let apply = |text: &str| {
        fs::write(folder.path().join("policy-audit.json"), text).unwrap();
        let mut report = AuditReport { findings: vec![finding()], ..AuditReport::default() };
        Baseline::read(folder.path(), None).unwrap().apply(&mut report, TODAY, |_| true);
        report.suppressed.len()
    };
    assert_eq!(apply(&written), 0, "no reason is given");
    assert_eq!(apply(&written.replace(r#""reason": """#, r#""reason": "old""#)), 1);
}

#[test]
fn a_file_that_is_no_baseline_is_refused_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accepted.json");
    let error = |text: &str| {
        fs::write(&file, text).unwrap();
        Baseline::read(folder.path(), Some(&file)).unwrap_err().to_string()
    };
    assert!(
        error(r#"{"version": 1, "suppressions": [{"rule": "LP02"}"#)
            .contains("is no list of suppressions: missing field")
    );
    assert!(error(r#"{"version": 1, "suppressions": [{"rule": "LP02"}]}"#).contains("missing field `stack`"));
    assert!(error(r#"{"version": 2, "suppressions": []}"#).contains("of version 2, expected 1"));
    let missing = Baseline::read(folder.path(), Some(Path::new("/no/such/file"))).unwrap_err();
    assert!(missing.to_string().contains("`/no/such/file` cannot be read"), "{missing}");
    fs::remove_file(&file).unwrap();
    assert_eq!(Baseline::read(folder.path(), None).unwrap(), Baseline::default());
}
