//! What the rules about policies find in a template, whoever wrote it.

use infra::Template;
use infra::iam::{Place, name_variables, subjects};
use policies::audit::{Finding, audit};
use serde_json::Value as Json;

use super::audited::Audited;
use super::finding::AuditFinding;

/// What is found in the policies of a template, with their places.
#[must_use]
pub fn findings(audited: &Audited<'_>) -> Vec<AuditFinding> {
    let mut findings = Vec::new();
    for subject in subjects(audited.template) {
        for found in audit(&subject.policies) {
            if let Some(place) = subject.places.get(found.policy) {
                findings.push(finding(&found, audited, place));
            }
        }
    }
    findings
}

fn finding(found: &Finding, audited: &Audited<'_>, place: &Place) -> AuditFinding {
    let message = format!("`{}`: {}", place.resource, name_variables(&found.message));
    let named = |text: &String| name_variables(text);
    AuditFinding {
        evidence: format!("written at `{}{}`", place.pointer, written_at(found, place, audited.template)),
        action: found.action.as_ref().map(named),
        on: found.resource.as_ref().map(named),
        ..AuditFinding::new(found.rule, audited.name, &place.resource, message)
            .at(audited.location(&place.resource, &place.pointer))
            .fix(found.help.as_ref().map_or_else(|| found.rule.fix.to_owned(), named))
    }
}

/// Where it is in the template: as far as the list that a condition makes longer or shorter, behind which the audit counts
/// otherwise.
fn written_at<'a>(found: &'a Finding, place: &Place, template: &Template) -> &'a str {
    let resource = template.resource(&place.resource);
    let is_chosen = |item: &Json| item.get("Fn::If").is_some();
    let counts = |end: usize| {
        let (first, rest) = place.pointer.strip_prefix('/')?.split_once('/')?;
        let list = resource?.get(first)?.pointer(&format!("/{rest}{}", &found.pointer[..end]))?;
        Some(!list.as_array()?.iter().any(is_chosen))
    };
    let mut steps = found.pointer.match_indices('/').map(|(at, _)| at);
    let end = steps.find(|at| counts(*at) == Some(false)).unwrap_or(found.pointer.len());
    &found.pointer[..end]
}
