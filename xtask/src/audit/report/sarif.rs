//! The audit as SARIF 2.1.0, which code hosts show beside the lines it is about.
//!
//! The format: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use policies::audit::{Rule, Severity};
use serde_json::{Value as Json, json};

use super::super::finding::AuditFinding;
use super::super::matrix::{AuditReport, Suppressed};
use super::Basis;
use super::rules::rules_of;

/// Where the format is described for programs.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What stands for the workspace's folder.
const ROOT: &str = "SRCROOT";

/// What must not stand in the path of a URI as it is.
const NOT_IN_PATHS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The report as SARIF.
#[must_use]
pub fn render(report: &AuditReport, basis: &Basis) -> String {
    let rules = rules_of(report, basis);
    let open = report.findings.iter().map(|finding| result(finding, &rules));
    let suppressed = report.suppressed.iter().map(|it| accepted(it, result(&it.finding, &rules)));
    let sarif = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "stackwright policy-audit",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "originalUriBaseIds": {ROOT: {"description": {"text": "the folder of the workspace"}}},
            "columnKind": "unicodeCodePoints",
            "results": open.chain(suppressed).collect::<Vec<_>>(),
            "properties": {"catalogue": basis.catalogue},
        }],
    });
    format!("{sarif:#}")
}

fn descriptor(rule: &Rule) -> Json {
    json!({
        "id": rule.id,
        "name": name(rule.title),
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {
            "security-severity": score(rule.severity),
            "severity": rule.severity,
            "tags": ["security"],
            "alsoKnownAs": rule.also_known_as,
        },
    })
}

fn result(finding: &AuditFinding, rules: &[&Rule]) -> Json {
    let text = format!("{}\nevidence: {}\nhelp: {}", finding.message, finding.evidence, finding.fix);
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rules.iter().position(|rule| rule.id == finding.rule.id),
        "level": level(finding.rule.severity),
        "message": {"text": text},
        "locations": [location(finding)],
        "partialFingerprints": {"stackwright/v1": finding.fingerprint()},
    });
    if !finding.also.is_empty() {
        let related = finding.also.iter().enumerate().filter_map(|(index, also)| {
            let mut location = physical(also.location.as_deref()?)?;
            location["id"] = json!(index + 1);
            location["message"] = json!({"text": also.message});
            Some(location)
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn accepted(suppressed: &Suppressed, mut result: Json) -> Json {
    result["suppressions"] = json!([{
        "kind": "external",
        "status": "accepted",
        "justification": suppressed.reason,
        "properties": {"expires": suppressed.expires},
    }]);
    result
}

/// Where a finding is: in the source when that is known, and in the stack.
fn location(finding: &AuditFinding) -> Json {
    let mut location = json!({
        "logicalLocations": [{
            "name": finding.resource,
            "fullyQualifiedName": format!("{}/{}", finding.stack, finding.resource),
            "kind": "resource",
        }],
    });
    match finding.location.as_deref().map(physical) {
        Some(Some(mut physical)) => location["physicalLocation"] = physical["physicalLocation"].take(),
        Some(None) => location["message"] = json!({"text": finding.location}),
        None => {}
    }
    location
}

/// A place in a file.
fn physical(location: &str) -> Option<Json> {
    let (path, line, column) = place(location)?;
    let mut artifact = json!({"uri": utf8_percent_encode(path, NOT_IN_PATHS).to_string()});
    // A path from the root of a file system is relative to nothing.
    if !path.starts_with('/') {
        artifact["uriBaseId"] = json!(ROOT);
    }
    let mut region = json!({"startLine": line});
    if let Some(column) = column {
        region["startColumn"] = json!(column);
    }
    Some(json!({"physicalLocation": {"artifactLocation": artifact, "region": region}}))
}

/// The path, line and column that a place such as `stacks/src/spaceships.rs:45:22` names; some have no column.
fn place(location: &str) -> Option<(&str, u32, Option<u32>)> {
    let positive = |text: &str| text.parse().ok().filter(|number| *number > 0);
    let numbered = |text| {
        let (rest, number) = str::rsplit_once(text, ':')?;
        Some((rest, positive(number)?))
    };
    let (rest, last) = numbered(location)?;
    Some(numbered(rest).map_or((rest, last, None), |(path, line)| (path, line, Some(last))))
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error | Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Note => "note",
    }
}

/// How bad it is from 0 to 10: above 9 a code host calls it critical, from 7 high, from 4 medium.
/// <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::Error => "8.5",
        Severity::High => "7.5",
        Severity::Medium => "5.0",
        Severity::Low => "2.0",
        Severity::Note => "0.0",
    }
}

/// A title as a name: `a text that is no JSON` is `ATextThatIsNoJSON`.
fn name(title: &str) -> String {
    let words = title.split(|it: char| !it.is_ascii_alphanumeric()).filter_map(|word| word.split_at_checked(1));
    words.flat_map(|(first, rest)| [first.to_ascii_uppercase(), rest.to_owned()]).collect()
}
