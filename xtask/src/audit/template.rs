//! What the rules about policies find in a template, whoever wrote it.

use infra::iam::{Place, name_variables, subjects};
use infra::{Stack, Template};
use policies::audit::{Finding, audit};

use super::finding::AuditFinding;

/// What is found in the policies of `stack`, with the lines that declare them.
#[must_use]
pub fn of_stack(stack: &Stack) -> Vec<AuditFinding> {
    let template = Template::render(stack);
    of_template(&template, stack.name(), |place| stack.source_of(&place.resource).as_ref().map(ToString::to_string))
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
                findings.push(finding(&found, name, place, location(place)));
            }
        }
    }
    findings
}

fn finding(found: &Finding, name: &str, place: &Place, location: Option<String>) -> AuditFinding {
    let message = format!("`{}`: {}", place.resource, name_variables(&found.message));
    let named = |text: &String| name_variables(text);
    AuditFinding {
        evidence: format!("written at `{}{}`", place.pointer, found.pointer),
        action: found.action.as_ref().map(named),
        on: found.resource.as_ref().map(named),
        ..AuditFinding::new(found.rule, name, &place.resource, message)
            .at(location)
            .fix(found.help.as_ref().map_or_else(|| found.rule.fix.to_owned(), named))
    }
}
