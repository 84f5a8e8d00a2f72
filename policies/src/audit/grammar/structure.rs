//! The elements of a policy and of its statements.

use crate::audit::finding::Severity;
use crate::audit::policy::Policy;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

pub(super) const RULES: &[PolicyRule] = &[PolicyRule {
    rule: Rule {
        id: "GR01",
        severity: Severity::Error,
        title: "a text that is no JSON",
        fix: "write the policy as JSON; the place is where reading it ended",
        also_known_as: &["access-analyzer:JSON_SYNTAX_ERROR"],
    },
    firing: Case::identity(r#"{"Version": "2012-10-17", "Statement": ["#),
    quiet: Case::identity(r#"{"Version": "2012-10-17", "Statement": []}"#),
    check: Check::Written(unreadable),
}];

fn unreadable(policy: &Policy, report: &mut Report<'_>) {
    if let Some(error) = &policy.unreadable {
        report.add("", error.to_string());
    }
}
