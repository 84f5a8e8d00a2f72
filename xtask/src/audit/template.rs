//! What the rules about policies find in a template, whoever wrote it.

use std::collections::BTreeSet;

use infra::iam::{Subject, Unread, unread, ways};
use infra::template::Spot;
use policies::audit::{Finding, audit};

use super::audited::Audited;
use super::finding::AuditFinding;
use super::rules;

/// What is found in the policies of a template, with their places: in each way that its conditions leave open, each
/// thing once, however many have the policy that it is in.
#[must_use]
pub fn findings(audited: &Audited<'_>) -> Vec<AuditFinding> {
    judged(audited).0
}

/// The same, and how many policies were read.
#[must_use]
pub fn judged(audited: &Audited<'_>) -> (Vec<AuditFinding>, usize) {
    let mut findings = Vec::new();
    let mut policies = BTreeSet::new();
    let mut found = BTreeSet::new();
    for ways in ways(audited.template) {
        for subject in &ways.subjects {
            policies.extend(subject.places.iter().map(|place| (place.resource.clone(), place.source(""))));
            for (finding, way) in of_subject(subject, audited) {
                if found.insert((finding.rule.id, way, finding.action.clone(), finding.on.clone())) {
                    findings.push(finding);
                }
            }
            for unread in &subject.unread {
                let (finding, way) = left_out(unread, audited);
                if found.insert((rules::UNREAD.id, way, None, None)) {
                    findings.push(finding);
                }
            }
        }
        if !ways.are_all {
            let message = format!(
                "`{}`: the conditions leave more ways open than can be tried; each condition was tried both ways, and not all together",
                ways.id
            );
            findings.push(audited.finding(&rules::TOO_MANY_WAYS, &ways.id, message));
        }
    }
    let unread = unread(audited.template);
    findings.extend(unread.iter().chain(audited.unread()).map(|it| not_read(it, audited)));
    (findings, policies.len())
}

/// What is found in the policies of a subject, each with the way to it.
fn of_subject(subject: &Subject, audited: &Audited<'_>) -> Vec<(AuditFinding, String)> {
    let found = audit(&subject.policies).into_iter();
    let placed = found.filter_map(|found| {
        let place = subject.places.get(found.policy)?;
        let spot = audited.spot(&place.resource, &place.source(&found.pointer));
        // What AWS's macro writes nobody can write otherwise: what counts is what it allows.
        if spot.is_made && rules::is_about_writing(found.rule) {
            return None;
        }
        let policy = audited.spot(&place.resource, &place.source("")).way;
        Some(finding(&found, audited, spot, policy))
    });
    placed.collect()
}

fn finding(found: &Finding, audited: &Audited<'_>, spot: Spot, policy: String) -> (AuditFinding, String) {
    let message = format!("`{}`: {}", spot.resource, found.message);
    let finding = AuditFinding {
        evidence: written(&spot, "made of its properties"),
        action: found.action.clone(),
        on: found.resource.clone(),
        policy: Some(policy),
        ..AuditFinding::new(found.rule, audited.name, &spot.resource, message)
            .at(audited.location_of(&spot))
            .fix(found.help.as_ref().map_or_else(|| found.rule.fix.to_owned(), Clone::clone))
    };
    (finding, spot.way)
}

/// Where something is written; `otherwise` where no place in a resource says it.
fn written(spot: &Spot, otherwise: &str) -> String {
    if spot.pointer.is_empty() { otherwise.to_owned() } else { format!("written at `{}`", spot.pointer) }
}

/// A part of a template that is not audited.
pub(super) fn not_read(unread: &Unread, audited: &Audited<'_>) -> AuditFinding {
    left_out(unread, audited).0
}

fn left_out(unread: &Unread, audited: &Audited<'_>) -> (AuditFinding, String) {
    let Unread { resource, pointer, what } = unread;
    let spot = audited.spot(resource, pointer);
    let message = if resource.is_empty() {
        format!("{what}, so it is not audited")
    } else {
        format!("`{}`: {what}, so it is not audited", spot.resource)
    };
    let finding = AuditFinding::new(&rules::UNREAD, audited.name, &spot.resource, message)
        .evidence(written(&spot, "written in the template"))
        .at(audited.location_of(&spot));
    (finding, spot.way)
}
