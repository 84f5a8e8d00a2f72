//! What the rules about policies find in a template, whoever wrote it.

use std::collections::BTreeSet;

use infra::iam::{Place, Subject, Unread, unread, ways};
use policies::audit::{Finding, audit};

use super::audited::Audited;
use super::finding::AuditFinding;
use super::rules;

/// What is found in the policies of a template, with their places: in each way that its conditions leave open, each
/// thing once.
#[must_use]
pub fn findings(audited: &Audited<'_>) -> Vec<AuditFinding> {
    let mut findings = Vec::new();
    for ways in ways(audited.template) {
        let mut found = BTreeSet::new();
        for subject in &ways.subjects {
            for (finding, at) in of_subject(subject, audited) {
                if found.insert((finding.rule.id, at, finding.action.clone(), finding.resource.clone())) {
                    findings.push(finding);
                }
            }
            let left_out =
                subject.unread.iter().filter(|it| found.insert((rules::UNREAD.id, key(it), None, String::new())));
            findings.extend(left_out.map(|it| not_read(it, audited)));
        }
        if !ways.are_all {
            let message = format!(
                "`{}`: the conditions leave more ways open than can be tried; each condition was tried both ways, and not all together",
                ways.id
            );
            findings.push(audited.finding(&rules::TOO_MANY_WAYS, &ways.id, message));
        }
    }
    findings.extend(unread(audited.template).iter().map(|it| not_read(it, audited)));
    findings
}

fn key(unread: &Unread) -> String {
    format!("{}{}", unread.resource, unread.pointer)
}

/// What is found in the policies of a subject, each with its place.
fn of_subject(subject: &Subject, audited: &Audited<'_>) -> Vec<(AuditFinding, String)> {
    let found = audit(&subject.policies).into_iter();
    let found = found.filter_map(|found| Some((subject.places.get(found.policy)?, found)));
    found
        .map(|(place, found)| {
            (finding(&found, audited, place), format!("{}{}", place.resource, place.source(&found.pointer)))
        })
        .collect()
}

fn finding(found: &Finding, audited: &Audited<'_>, place: &Place) -> AuditFinding {
    let message = format!("`{}`: {}", place.resource, found.message);
    let source = place.source(&found.pointer);
    AuditFinding {
        evidence: format!("written at `{source}`"),
        action: found.action.clone(),
        on: found.resource.clone(),
        ..AuditFinding::new(found.rule, audited.name, &place.resource, message)
            .at(audited.location(&place.resource, &source))
            .fix(found.help.as_ref().map_or_else(|| found.rule.fix.to_owned(), Clone::clone))
    }
}

/// A part of a template that is not audited.
pub(super) fn not_read(unread: &Unread, audited: &Audited<'_>) -> AuditFinding {
    let Unread { resource, pointer, what } = unread;
    let message = if resource.is_empty() {
        format!("{what}, so it is not audited")
    } else {
        format!("`{resource}`: {what}, so it is not audited")
    };
    let evidence =
        if pointer.is_empty() { "written in the template".to_owned() } else { format!("written at `{pointer}`") };
    AuditFinding::new(&rules::UNREAD, audited.name, resource, message)
        .evidence(evidence)
        .at(audited.location(resource, pointer))
}
