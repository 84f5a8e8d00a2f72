//! One finding for each cause: what a rule says of one policy with the same advice is one thing to mend, however many
//! actions or statements it is about.

use std::collections::BTreeMap;

use super::finding::{Also, AuditFinding};

/// The findings with those that have the same cause in one, in the order of the first of each.
#[must_use]
pub fn one_for_each(findings: Vec<AuditFinding>) -> Vec<AuditFinding> {
    let mut whole: Vec<AuditFinding> = Vec::new();
    let mut known: BTreeMap<(&'static str, String, String, String), usize> = BTreeMap::new();
    for finding in findings {
        let Some(policy) = finding.policy.clone() else {
            whole.push(finding);
            continue;
        };
        let cause = (finding.rule.id, finding.stack.clone(), policy, finding.fix.clone());
        if let Some(first) = known.get(&cause).and_then(|index| whole.get_mut(*index)) {
            first.also.push(Also {
                message: finding.message,
                location: finding.location,
                action: finding.action,
                on: finding.on,
            });
        } else {
            known.insert(cause, whole.len());
            whole.push(finding);
        }
    }
    whole
}
