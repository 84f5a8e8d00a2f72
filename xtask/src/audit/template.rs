//! What the rules about policies find in a template, whoever wrote it.

use infra::iam::{Place, name_variables, subjects};
use infra::Template;

use crate::stack::Stack;
use policies::audit::{Finding, audit};
use serde_json::Value as Json;

use super::finding::AuditFinding;

/// What is found in the policies of `stack`, with the lines that declare them.
#[must_use]
pub fn of_stack(stack: &Stack) -> Vec<AuditFinding> {
    of_template(stack.template(), stack.name(), |place| stack.location(&place.resource).map(ToString::to_string))
}

/// What is found in the policies of the template in `file`, with their places in it.
#[must_use]
pub fn of_file(template: &Template, file: &str) -> Vec<AuditFinding> {
    of_template(template, file, |place| Some(format!("{file}#/Resources/{}{}", place.resource, place.pointer)))
}

fn of_template(template: &Template, name: &str, location: impl Fn(&Place) -> Option<String>) -> Vec<AuditFinding> {
    let mut findings = Vec::new();
    for subject in subjects(template) {
        for found in audit(&subject.policies) {
            if let Some(place) = subject.places.get(found.policy) {
                findings.push(finding(&found, name, place, location(place), template));
            }
        }
    }
    findings
}

fn finding(found: &Finding, name: &str, place: &Place, location: Option<String>, template: &Template) -> AuditFinding {
    let message = format!("`{}`: {}", place.resource, name_variables(&found.message));
    let named = |text: &String| name_variables(text);
    AuditFinding {
        evidence: format!("written at `{}{}`", place.pointer, written_at(found, place, template)),
        action: found.action.as_ref().map(named),
        on: found.resource.as_ref().map(named),
        ..AuditFinding::new(found.rule, name, &place.resource, message)
            .at(location)
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
