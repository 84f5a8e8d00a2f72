//! Actions.

use crate::audit::finding::Severity;
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::document::Effect;

pub(super) const RULES: &[PolicyRule] = &[PolicyRule {
    rule: Rule {
        id: "WB01",
        severity: Severity::Medium,
        title: "every action of every service allowed at once",
        fix: "name each action that is needed",
        also_known_as: &["parliament:STAR_ACTION"],
    },
    firing: Case::identity(
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
    ),
    quiet: Case::identity(
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}"#,
    ),
    check: Check::Statement(everything),
}];

fn everything(at: &At<'_>, report: &mut Report<'_>) {
    let actions = &at.statement.action;
    if at.statement.effect == Effect::Allow && !actions.is_negated() && actions.iter().any(|it| it.as_str() == "*") {
        report.add(at.action(), "it allows every action of every service").about("*");
    }
}
